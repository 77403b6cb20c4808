/** A queue with nothing in it, as the window is told. */
export const SUMMARY = {
  items: 0,
  doneItems: 0,
  endedItems: 0,
  totalBytes: 0,
  verifiedBytes: 0,
  sentBytes: 0,
  bytesPerSecond: 0,
  secondsLeft: null,
  connections: 0,
  scanning: false,
  pausedByUser: false,
};
