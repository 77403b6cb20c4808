/** A desk for whoever can start a process for the detector; the programs that can are not its neighbours. */
import { Desk, type DeskPorts } from '../../faces/detector-queue';
import { pictureDesk, type PictureDesk } from './detector';

export type { DeskPorts } from '../../faces/detector-queue';
export type { MadePicture, PictureDesk } from './detector';

/** `isRunning`: whether the process stands now. `close` ends it; what waits is answered `canceled`. */
export interface DetectorDesk extends PictureDesk {
  isRunning(): boolean;
  close(): void;
}

export function openDetectorDesk(ports: DeskPorts): DetectorDesk {
  const desk = new Desk(ports);
  return { ...pictureDesk(desk), isRunning: () => desk.isRunning, close: () => desk.close() };
}
