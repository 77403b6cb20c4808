/** Answers questions about pictures where it is called: in the detector's process or thread. */
import { toMeasuredFace } from './measure';
import { loadNetworks, type Networks } from './networks';
import { makeCrop, makePreview, pixelsOf, sizeOf } from './pictures';
import {
  PictureError,
  type Answer,
  type Answers,
  type FoundFaces,
  type PictureSource,
  type Question,
} from './questions';

/** `folder` holds weights and WASM; they are read at the first question about faces (previews need none of it). */
export function openAnswers(
  folder: string,
): (question: Question) => Promise<Answer<Answers[Question['kind']]>> {
  let networks: Promise<Networks> | null = null;
  const load = (): Promise<Networks> => (networks ??= loadNetworks(folder));
  const find = (source: PictureSource): Promise<FoundFaces> => findFaces(load, source);
  return async (question) => {
    try {
      return { ok: true, value: await answer(question, find) };
    } catch (error) {
      if (error instanceof PictureError) return { ok: false, problem: error.problem };
      const why = error instanceof Error ? error.message : String(error);
      return { ok: false, problem: { code: 'failed', message: `The face detector failed: ${why}` } };
    }
  };
}

function answer(
  question: Question,
  find: (source: PictureSource) => Promise<FoundFaces>,
): Promise<Answers[Question['kind']]> {
  switch (question.kind) {
    case 'faces':
      return find(question.source);
    case 'size':
      return sizeOf(question.source);
    case 'preview':
      return makePreview(question.source, question.edge);
    case 'crop':
      return makeCrop(question.source, question.box, question.edge);
  }
}

async function findFaces(load: () => Promise<Networks>, source: PictureSource): Promise<FoundFaces> {
  const startedAt = performance.now();
  // The picture first: what cannot be decoded needs no networks.
  const { pixels, original } = await pixelsOf(source);
  const raw = await (await load()).find(pixels);
  const faces = raw.map((face) => toMeasuredFace(face, pixels, original));
  return { image: original, faces, milliseconds: Math.round(performance.now() - startedAt) };
}
