/** The detector's end of the link to main: questions in, answers out. Knows nothing of Electron. */
import { openAnswers } from '../../faces/answer';
import type { AnsweredBy, AskedOf } from '../../faces/detector-queue';
import type { Link } from '../../shared/engine-link';

export type ToDetector = AskedOf;
export type FromDetector = AnsweredBy;

/** Serves until its process is ended. `folder` holds weights and WASM. */
export function serveDetector(link: Link<ToDetector, FromDetector>, folder: string): void {
  const answers = openAnswers(folder);
  link.onMessage(({ id, question }) => {
    void answers(question).then((answer) => link.send({ id, answer }));
  });
}
