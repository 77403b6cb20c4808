/**
 * A process to be killed: stores one part after the other, as fast as it can, and prints the number of the last one
 * that the store has told of. Started again it goes on after the parts that it finds.
 */
import { writeSync } from 'node:fs';
import { must, DESTINATION, created, done, end, found, newBatch, part } from './queue-samples';
import { openQueueStore } from '../../src/store/queue-store';

const [, , directory = '', go = '1'] = process.argv;
const store = must(
  openQueueStore({
    directory,
    now: () => Date.now(),
    schedule: (at, ring) => {
      const timer = setTimeout(ring, at - Date.now());
      return () => clearTimeout(timer);
    },
  }),
);

async function main(): Promise<void> {
  if (must(store.listBatches(1)).length === 0) {
    const batchId = must(store.createBatch(newBatch()));
    must(store.addItems(batchId, found(1, 2_000)));
  }
  const work = must(await store.loadWork(DESTINATION, 0, 2_000));
  const [big, ...others] = work;
  if (big === undefined) throw new Error('there is no work left');
  let next = (big.checkpoint?.parts.length ?? 0) + 1;
  const writeOneGo = (): void => {
    // An upload that is not there yet is begun in the same group as its first part.
    if (next === 1) store.write(0, created(big.itemId));
    for (let last = next + Number(go); next < last; next += 1)
      store.write(next, { kind: 'part-stored', itemId: big.itemId, part: part(next) });
    const other = others.shift();
    if (other !== undefined) store.write(next - 1, end(other.itemId, done()));
  };
  store.onPersisted((seq) => {
    // Straight to the pipe: what stands in a buffer of ours would die with us.
    writeSync(1, `${seq}\n`);
    setImmediate(writeOneGo);
  });
  writeOneGo();
}

void main();
