import type { DatedToken } from '../tokens/token-cache';
import type { SigningTime } from './sign-url';

/**
 * How long something signed with this token may live: what is configured, or what the token has left, whichever is
 * less. By STS's clock, in whole seconds.
 */
export function signingTime({ token, stsTimeMs }: DatedToken, signedSeconds: number): SigningTime {
  const nowMs = Math.floor(stsTimeMs / 1000) * 1000;
  const leftSeconds = Math.floor((Date.parse(token.Expiration) - nowMs) / 1000);
  return { nowMs, lifeSeconds: Math.max(1, Math.min(signedSeconds, leftSeconds)) };
}

/** When it ends, in milliseconds since 1970. */
export function endOf({ nowMs, lifeSeconds }: SigningTime): number {
  return nowMs + lifeSeconds * 1000;
}

/** ISO 8601 in UTC without milliseconds, as STS writes Expiration. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
