/** Calls back once after `delayMs`; the answer takes the timer away. */
export function after(delayMs: number, ring: () => void): () => void {
  const timer = setTimeout(ring, delayMs);
  return () => clearTimeout(timer);
}
