/** The local face detector for plain Node: a worker thread. */
import { openDetectorThread } from '../../faces/thread';
import { pictureService, type PictureService } from './detector';

/**
 * The thread is started when first asked and works on one picture at a time; `close` ends it, and what waits is
 * answered `canceled`. Until then it keeps the program alive once it was asked.
 */
export function startDetectorThread(): PictureService & { close(): void } {
  const desk = openDetectorThread();
  return { ...pictureService(desk), close: () => desk.close() };
}
