/** What every caller of the `@alicloud` packages must know of them. Rooms that may not import each other share it. */
import { z } from 'zod';

/**
 * What they throw. Their classes differ with the way they are loaded, so the shape is read and not the class; a field
 * that is not what it should be counts as absent. `message` is left out on purpose: network errors carry the whole URL
 * in it (role, policy, external id, keys of objects), and the service's own words can quote what was signed.
 */
const thrownSchema = z.object({
  name: z.string().optional().catch(undefined),
  code: z
    .string()
    .regex(/^[A-Za-z][\w.]{0,99}$/)
    .optional()
    .catch(undefined),
  statusCode: z.number().optional().catch(undefined),
  requestId: z
    .string()
    .regex(/^[\w-]{8,64}$/)
    .optional()
    .catch(undefined),
  /** Milliseconds, from `x-acs-retry-after`. */
  retryAfter: z.number().nonnegative().optional().catch(undefined),
  /** The error document, whose words may be read but not shown. */
  data: z
    .object({ Message: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
export type SdkError = Readonly<z.infer<typeof thrownSchema>>;

/** Reads whatever an SDK threw; nothing is known of what is no object. */
export const readSdkError = (thrown: unknown): SdkError => thrownSchema.catch({}).parse(thrown);

/**
 * The class behind a default import. The packages are CommonJS: bundled, the import is the class; run by native Node
 * ES modules it is the module object with the class under `default`, once or twice.
 */
export function unwrapDefault<T>(imported: T): T {
  let found: unknown = imported;
  while (hasDefault(found)) found = found.default;
  // The compiler's view (the class itself) is right from here on.
  return found as T;
}

function hasDefault(value: unknown): value is { readonly default: unknown } {
  return typeof value === 'object' && value !== null && 'default' in value && value.default !== value;
}
