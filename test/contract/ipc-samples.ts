import type { DoctorDependencies } from '../../src/main/ipc/handlers-doctor';
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

/** A doctor that writes down what it was asked for. */
export const doctorDesk = (heard: unknown[]): DoctorDependencies['doctor'] => ({
  start: ({ destinationId }) => Promise.resolve(heard.push({ name: 'doctor.start', destinationId })),
  stop: (runId) => void heard.push({ name: 'doctor.stop', runId }),
  report: (runId) => Promise.resolve(runId === 1 ? 'a report' : null),
});
