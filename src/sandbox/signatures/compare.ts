import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in a time that tells nothing about where two texts differ, or how long the secret one is. */
export function isSameSecret(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(left), digest(right));
}
