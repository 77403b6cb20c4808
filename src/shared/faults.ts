import { z } from 'zod';

/** Who can mend a fault: the person at the window, their administrator, we, or nobody but time. */
export type ResolvedBy = 'user' | 'administrator' | 'we' | 'time';

/**
 * How a fault is met:
 * `network` counts towards being offline and is retried for good; `throttle` slows down and is retried for good;
 * `credentials` waits for new ones; `skew` is corrected and sent again at once; `item` is retried eight times;
 * `never` ends the item.
 */
export type RetryPolicy = 'network' | 'throttle' | 'credentials' | 'skew' | 'item' | 'never';

interface FaultKind {
  readonly resolvedBy: ResolvedBy;
  readonly retryPolicy: RetryPolicy;
}

const kind = (resolvedBy: ResolvedBy, retryPolicy: RetryPolicy): FaultKind => ({ resolvedBy, retryPolicy });

/** Every fault of the product. Codes are message keys: `faults.<code>.what` and `faults.<code>.next`. */
export const FAULTS = {
  'network-offline': kind('time', 'network'),
  dns: kind('user', 'network'),
  'connection-lost': kind('time', 'network'),
  stalled: kind('time', 'network'),
  'captive-portal': kind('user', 'network'),
  tls: kind('administrator', 'network'),
  proxy: kind('user', 'network'),
  'server-busy': kind('time', 'throttle'),
  throttled: kind('time', 'throttle'),
  'clock-skew': kind('we', 'skew'),
  'token-expired': kind('user', 'credentials'),
  'token-server': kind('administrator', 'credentials'),
  /** It gave no answer at all: either it is down, or the network is. */
  'token-server-silent': kind('administrator', 'credentials'),
  'token-refused': kind('user', 'credentials'),
  'credentials-missing': kind('user', 'credentials'),
  'key-unknown': kind('user', 'credentials'),
  'role-refused': kind('administrator', 'never'),
  signature: kind('user', 'never'),
  'signature-v1-off': kind('user', 'never'),
  'no-permission': kind('administrator', 'never'),
  'bucket-missing': kind('user', 'never'),
  'wrong-endpoint': kind('user', 'never'),
  'own-domain-needed': kind('administrator', 'never'),
  'path-style-refused': kind('user', 'never'),
  'object-exists': kind('user', 'never'),
  /** The server replaced an object although it was told not to. */
  'overwrite-allowed': kind('administrator', 'never'),
  'cannot-tell': kind('user', 'never'),
  'crc-mismatch': kind('we', 'item'),
  'upload-gone': kind('we', 'item'),
  'source-changed': kind('user', 'never'),
  'source-missing': kind('user', 'never'),
  'source-locked': kind('user', 'item'),
  'source-unreadable': kind('user', 'never'),
  'name-refused': kind('user', 'never'),
  'too-large': kind('user', 'never'),
  'disk-full': kind('user', 'item'),
  'callback-failed': kind('administrator', 'never'),
  'server-refused': kind('administrator', 'item'),
  'bad-answer': kind('administrator', 'item'),
  'imm-project-missing': kind('administrator', 'never'),
  'imm-no-permission': kind('administrator', 'never'),
  'imm-region': kind('user', 'never'),
  'imm-unreachable': kind('time', 'network'),
  'object-gone': kind('user', 'never'),
  'picture-format': kind('user', 'never'),
  'picture-unreadable': kind('user', 'never'),
  'picture-too-large': kind('user', 'never'),
  'faces-undecided': kind('user', 'never'),
  'invalid-input': kind('user', 'never'),
  'engine-stopped': kind('we', 'item'),
  canceled: kind('user', 'never'),
  internal: kind('we', 'item'),
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof FAULTS;
const codes = Object.keys(FAULTS) as [FaultCode, ...FaultCode[]];

/** A fault as a value. `message` is one English sentence for logs and the command; the window translates `code`. */
export const faultSchema = z.object({
  code: z.enum(codes),
  message: z.string(),
  /** OSS's own `Code`, `EC`, `RequestId` and `HostId`, for copying. */
  ossCode: z.string().optional(),
  ec: z.string().optional(),
  requestId: z.string().optional(),
  hostId: z.string().optional(),
  /** Host of the endpoint at which OSS says the bucket is (`wrong-endpoint`). */
  endpoint: z.string().optional(),
  /** Milliseconds that the server asked to wait (Retry-After). */
  retryAfterMs: z.number().optional(),
  /** OSS was never asked: whatever the code says of answers that were lost, nothing was carried out. */
  isUnasked: z.literal(true).optional(),
});
export type Fault = Readonly<z.infer<typeof faultSchema>>;

export function fault(code: FaultCode, message: string, more: Omit<Fault, 'code' | 'message'> = {}): Fault {
  return { code, message, ...more };
}

export function retryPolicyOf(code: FaultCode): RetryPolicy {
  return FAULTS[code].retryPolicy;
}

/** An answer that never throws: a value, or a fault that says what went wrong. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

export const success = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const failure = (why: Fault): { readonly ok: false; readonly fault: Fault } => ({
  ok: false,
  fault: why,
});
