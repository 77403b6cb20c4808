// Numbers and what is said of them.
import { loadavg } from 'node:os';

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;

const sorted = (values) => [...values].sort((a, b) => a - b);

export const median = (values) => {
  const ordered = sorted(values);
  const middle = ordered.length >> 1;
  return ordered.length % 2 === 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
};

/** The value that `share` (0 to 1) of all values do not pass. */
export const percentile = (values, share) =>
  sorted(values)[Math.ceil(share * values.length) - 1] ?? Number.NaN;

/** Median and, in brackets, the least and the most. */
export function spread(values, digits = 0) {
  const round = (value) => value.toFixed(digits);
  return `${round(median(values))} [${round(Math.min(...values))}–${round(Math.max(...values))}]`;
}

/** The load of the last minute, ours included: every figure is printed with it. */
export const load = () => loadavg()[0].toFixed(1);

export const pause = (delayMs) => new Promise((done) => setTimeout(done, delayMs));

/** A line that comes at once; the table comes at the end. */
export const say = (text) => process.stderr.write(`${text}\n`);

/** A row of the table. A limit of null is a figure for information. */
export const row = (what, limit, measured, isMet, note = '') => ({ what, limit, measured, isMet, note });
