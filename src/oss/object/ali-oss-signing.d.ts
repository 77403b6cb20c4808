export interface SigningInput {
  readonly method: string;
  readonly bucket: string;
  readonly object?: string;
  readonly mime: string;
  readonly headers: Record<string, string>;
  readonly subres: Record<string, string>;
  readonly query: Record<string, string>;
}

/** Signs without sending. */
export function createRequest(
  this: object,
  request: SigningInput,
): { readonly url: string; readonly params: { readonly headers: Record<string, string> } };

export const signUtils: {
  authorization(accessKeyId: string, secret: string, canonical: string, headerEncoding: string): string;
  authorizationV4(
    accessKeyId: string,
    secret: string,
    region: string,
    method: string,
    request: object,
    bucket: string | undefined,
    object: string | undefined,
  ): string;
  buildCanonicalString(method: string, resource: string, request: object): string;
};
