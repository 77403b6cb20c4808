import { readQueue } from '../host/views/queue-status';
import { orphanSentence, readable, untoldLine } from './output';

/** What a queue folder holds, also while another process works on it. @returns the exit code */
export function runStatus(
  directory: string,
  json: boolean,
  write: (text: string) => void,
  complain: (sentence: string) => void,
): number {
  const status = readQueue(directory);
  if (!status.ok) {
    complain(status.fault.message);
    return 2;
  }
  const { batches, ...totals } = status.value;
  if (json) {
    write(`${JSON.stringify({ event: 'summary', ...totals, batches })}\n`);
    return 0;
  }
  write(
    `${totals.items} files, ${totals.done} verified, ${totals.skipped} skipped, ${totals.waiting} waiting, ${totals.failed} failed\n`,
  );
  write(untoldLine(totals.untold));
  for (const batch of batches)
    write(
      `  ${batch.name}: ${batch.done} of ${batch.scanning ? '≥ ' : ''}${batch.items} verified, ${readable(batch.verifiedBytes)} of ${readable(batch.bytes)}\n`,
    );
  if (totals.possibleOrphans > 0) write(`${orphanSentence(totals.possibleOrphans)}\n`);
  return 0;
}
