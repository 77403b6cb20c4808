import { net, powerMonitor } from 'electron';

const LOOK_EVERY_MS = 3000;

/**
 * Calls when the machine woke up, was unlocked, or the system says that a network is back. Main has no event for the
 * last, so it looks. That the system says "online" proves nothing: it is a reason to probe, not an answer.
 */
export function onAwake(listener: () => void): void {
  powerMonitor.on('resume', listener);
  powerMonitor.on('unlock-screen', listener);
  let wasOnline = net.isOnline();
  setInterval(() => {
    const isOnline = net.isOnline();
    if (isOnline && !wasOnline) listener();
    wasOnline = isOnline;
  }, LOOK_EVERY_MS).unref();
}
