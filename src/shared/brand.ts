declare const brand: unique symbol;

/** A value that cannot be swapped for another of the same shape: `Branded<string, 'UploadId'>`. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Closes a switch over a union: a member that was forgotten does not compile. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
