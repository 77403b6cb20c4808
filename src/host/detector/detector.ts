/** The local face detector in the product's own words: outcomes and faults. */
import type { DetectorQueue } from '../../faces/detector-queue';
import type { Answer, Box, MadePicture, Problem, ProblemCode, Size } from '../../faces/questions';
import type { Detector } from '../../shared/faces';
import { failure, fault, success, type FaultCode, type Outcome } from '../../shared/faults';

export type { MadePicture, Size };

/** The detector, and the pictures that only it decodes. Faults as of `Detector`. */
export interface PictureService extends Detector {
  /** Size of the upright picture; `picture-format` where it has no preview. */
  size(path: string): Promise<Outcome<Size>>;
  /** The whole picture, upright, at most `edge` pixels along the longer side. */
  preview(path: string, edge: number): Promise<Outcome<MadePicture>>;
  /** The box (pixels of the upright original) with some room around it, as a square of `edge` pixels. */
  crop(path: string, box: Box, edge: number): Promise<Outcome<MadePicture>>;
}

const CODES: Readonly<Record<ProblemCode, FaultCode>> = {
  format: 'picture-format',
  unreadable: 'picture-unreadable',
  'too-large': 'picture-too-large',
  missing: 'source-missing',
  denied: 'source-unreadable',
  stopped: 'canceled',
  failed: 'internal',
};

const faultOf = ({ code, message }: Problem) => fault(CODES[code], message);

const outcomeOf = <T>(answer: Answer<T>): Outcome<T> =>
  answer.ok ? success(answer.value) : failure(faultOf(answer.problem));

/** Speaks for a desk. */
export function pictureService(desk: DetectorQueue): PictureService {
  return {
    detect: async (path) => outcomeOf(await desk.ask({ kind: 'faces', source: path })),
    size: async (path) => outcomeOf(await desk.ask({ kind: 'size', source: path })),
    preview: async (path, edge) => outcomeOf(await desk.ask({ kind: 'preview', source: path, edge })),
    crop: async (path, box, edge) => outcomeOf(await desk.ask({ kind: 'crop', source: path, box, edge })),
  };
}
