/** What a person can hand in so that uploading is authorized. It only ever goes into main, never out of it. */
import { z } from 'zod';
import type { Profile } from './profile';

const printable = z.string().regex(/^[\x21-\x7e]+$/, 'must have no spaces and no letters beyond ASCII');

/** Long-term: kept in the keychain of the system where there is one. */
export const accessKeySchema = z.strictObject({
  kind: z.literal('access-key'),
  accessKeyId: printable.min(8).max(128),
  accessKeySecret: printable.min(8).max(256),
});

/** A bearer token of an application server. It belongs to the server's origin and is sent to no other. */
export const bearerSchema = z.strictObject({
  kind: z.literal('bearer'),
  bearer: printable.max(8192),
});

/** Temporary credentials as they were pasted: text, JSON or `export` lines (`pasted-credentials.ts`). */
export const pastedSchema = z.strictObject({ kind: z.literal('temporary'), text: z.string().max(32_768) });

export const secretSchema = z.discriminatedUnion('kind', [accessKeySchema, bearerSchema, pastedSchema]);
export type Secret = Readonly<z.infer<typeof secretSchema>>;
export type SecretKind = Secret['kind'];

export type WayKind = Profile['authorization']['kind'];

interface Way {
  readonly secret: SecretKind;
  /** Without it nothing can be uploaded. */
  readonly isNeeded: boolean;
}

/** The five ways of authorization, in the order of the form, and the secret that each takes. */
export const WAYS: Readonly<Record<WayKind, Way>> = {
  'token-server': { secret: 'bearer', isNeeded: false },
  'assume-role': { secret: 'access-key', isNeeded: true },
  temporary: { secret: 'temporary', isNeeded: true },
  'signed-url': { secret: 'bearer', isNeeded: false },
  'post-policy': { secret: 'bearer', isNeeded: false },
};
export const WAY_KINDS = Object.keys(WAYS) as readonly WayKind[];

/** Whether nothing can be uploaded before the person at the window has handed the way's secret in. */
export function needsSecret({ authorization }: Profile): boolean {
  if (authorization.kind === 'assume-role' && authorization.aliyunProfile !== undefined) return false;
  return WAYS[authorization.kind].isNeeded;
}

/** Shows which key is in use without telling it: the last four characters. */
export function hintOf(accessKeyId: string): string | null {
  return accessKeyId.length < 12 ? null : `…${accessKeyId.slice(-4)}`;
}
