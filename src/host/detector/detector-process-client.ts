/** A desk for whoever can start a process for the detector; the programs that can are not its neighbours. */
import { DetectorQueue, type DetectorQueuePorts } from '../../faces/detector-queue';
import { pictureService, type PictureService } from './detector';

export type { DetectorQueuePorts } from '../../faces/detector-queue';
export type { MadePicture, PictureService } from './detector';

/** `isRunning`: whether the process stands now. `close` ends it; what waits is answered `canceled`. */
export interface DetectorClient extends PictureService {
  isRunning(): boolean;
  close(): void;
}

export function openDetectorClient(ports: DetectorQueuePorts): DetectorClient {
  const desk = new DetectorQueue(ports);
  return { ...pictureService(desk), isRunning: () => desk.isRunning, close: () => desk.close() };
}
