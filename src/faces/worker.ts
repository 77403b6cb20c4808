/** Entry of the detector as a worker thread; its file lies beside weights and WASM. */
import { parentPort } from 'node:worker_threads';
import { openAnswers } from './answer';
import type { AskedOf } from './detector-queue';

const answers = openAnswers(__dirname);
parentPort?.on('message', ({ id, question }: AskedOf) => {
  void answers(question).then((answer) => parentPort?.postMessage({ id, answer }));
});
