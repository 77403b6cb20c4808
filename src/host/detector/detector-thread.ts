/** The local face detector for plain Node: a worker thread. */
import { openThreadDesk } from '../../faces/thread';
import { pictureDesk, type PictureDesk } from './detector';

/**
 * The thread is started when first asked and works on one picture at a time; `close` ends it, and what waits is
 * answered `canceled`. Until then it keeps the program alive once it was asked.
 */
export function startDetectorThread(): PictureDesk & { close(): void } {
  const desk = openThreadDesk();
  return { ...pictureDesk(desk), close: () => desk.close() };
}
