import type { CancelSignal } from '../../engine/ports';
import { after } from './after';

/** An application server asks STS anew every two seconds at most, and gives the dead token once more until then. */
export const RENEWAL_PAUSE_MS = 2_500;

/** Resolves after a while. False: what it is for was stopped, at once or meanwhile. */
export function rest(delayMs: number, cancel: CancelSignal): Promise<boolean> {
  if (cancel.canceled) return Promise.resolve(false);
  return new Promise((resolve) => {
    const wakeNot = after(delayMs, () => resolve(true));
    cancel.onCancel(() => {
      wakeNot();
      resolve(false);
    });
  });
}
