/** The networks of face-api on tfjs's WASM backend: pixels in, raw faces out. Heavy: loaded when faces are asked for. */
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { agrees, clip, secondOpinion } from './boxes';
import { env, extractFaceTensors, nets, Rect, type Detection, type Landmarks } from './face-api';
import { headPose } from './head-pose';
import type { RawFace } from './measure';
import type { Box, Size } from './questions';

/** Three bytes a pixel: red, green, blue. */
export interface Pixels extends Size {
  readonly rgb: Uint8Array;
}

export interface Networks {
  /** Faces of a picture of at most about a million pixels, in no particular order. */
  find(pixels: Pixels): Promise<readonly RawFace[]>;
}

const MIN_SCORE = 0.5;
const MAX_FACES = 300;
const SECOND_INPUT = 416;

/** Loads weights and WASM from `folder` and from nowhere else. Rejects where a file is missing or damaged. */
export async function loadNetworks(folder: string): Promise<Networks> {
  // Neither library asks the network when it is given files; with these it could not.
  tf.env().platform.fetch = refuseToFetch;
  env.monkeyPatch({
    fetch: refuseToFetch,
    readFile: (path) => readOwn(folder, path),
  });
  setWasmPaths(`${folder}${sep}`);
  if (!(await tf.setBackend('wasm'))) throw new Error('The WASM backend could not be started.');
  await tf.ready();
  const { ssdMobilenetv1, tinyFaceDetector, faceLandmark68Net, ageGenderNet, faceExpressionNet } = nets;
  for (const net of [ssdMobilenetv1, tinyFaceDetector, faceLandmark68Net, ageGenderNet, faceExpressionNet])
    await net.loadFromDisk(folder);
  return { find };
}

const refuseToFetch = (): Promise<never> =>
  Promise.reject(new Error('The face detector does not use the network.'));

async function readOwn(folder: string, path: string): Promise<Buffer> {
  const inside = relative(folder, path);
  if (inside.startsWith('..') || inside.includes(sep))
    throw new Error('Weights lie in the folder of the detector.');
  const bytes = await readFile(join(folder, inside));
  // It is read as `bytes.buffer`, which for a small file would be a pool shared with others.
  return Buffer.from(new Uint8Array(bytes).buffer);
}

async function find(pixels: Pixels): Promise<readonly RawFace[]> {
  const image = tf.tensor3d(new Int32Array(pixels.rgb), [pixels.height, pixels.width, 3], 'int32');
  try {
    const boxes = await findBoxes(image, pixels);
    const faces: RawFace[] = [];
    // One after the other: memory stays that of one face, however many there are.
    for (const { box, score } of boxes) faces.push({ box, score, ...(await describeFace(image, box)) });
    return faces;
  } finally {
    image.dispose();
  }
}

interface Scored {
  readonly box: Box;
  readonly score: number;
}

async function findBoxes(image: tf.Tensor3D, size: Size): Promise<readonly Scored[]> {
  const found = await nets.ssdMobilenetv1.locateFaces(image, {
    minConfidence: MIN_SCORE,
    maxResults: MAX_FACES,
  });
  const boxes = found.flatMap((detection): Scored[] => {
    const box = clip(boxOf(detection), size);
    return box === null ? [] : [{ box, score: detection.score }];
  });
  const believed: Scored[] = [];
  for (const scored of boxes) if (await isBelieved(image, scored, size)) believed.push(scored);
  return believed;
}

/** The false-positive rule: `secondOpinion` says where the small network must agree, and what it is shown. */
async function isBelieved(image: tf.Tensor3D, { box, score }: Scored, size: Size): Promise<boolean> {
  const view = secondOpinion(box, score, size);
  if (view === null) return true;
  const seen = await cutOut(image, view, (part) =>
    nets.tinyFaceDetector.locateFaces(part, { inputSize: SECOND_INPUT }),
  );
  const { left, top } = view;
  return seen.some((detection) => {
    const other = boxOf(detection);
    return agrees(box, { ...other, left: other.left + left, top: other.top + top });
  });
}

const boxOf = ({ box }: Detection): Box => ({
  left: box.x,
  top: box.y,
  width: box.width,
  height: box.height,
});

type Description = Omit<RawFace, 'box' | 'score'>;

async function describeFace(image: tf.Tensor3D, box: Box): Promise<Description> {
  const landmarks = await cutOut(image, box, (face) => nets.faceLandmark68Net.detectLandmarks(face));
  const { positions, aligned } = placed(landmarks, box);
  // Age, gender and expression are read from the face as its landmarks lie, which is how the networks were trained.
  return cutOut(image, aligned, async (face) => {
    const { age, gender, genderProbability } = await nets.ageGenderNet.predictAgeAndGender(face);
    const { happy } = await nets.faceExpressionNet.predictExpressions(face);
    return { age, gender, genderProbability, happy, pose: headPose(positions) };
  });
}

/** The landmarks as they lie in the picture, and the aligned box. */
function placed(
  landmarks: Landmarks,
  { left, top }: Box,
): { readonly positions: Landmarks['positions']; readonly aligned: Box } {
  const shifted = landmarks.shiftBy(left, top);
  const { x, y, width, height } = shifted.align();
  return { positions: shifted.positions, aligned: { left: x, top: y, width, height } };
}

async function cutOut<T>(
  image: tf.Tensor3D,
  { left, top, width, height }: Box,
  look: (face: tf.Tensor3D) => Promise<T>,
): Promise<T> {
  const tensors = await extractFaceTensors(image, [new Rect(left, top, width, height)]);
  const [face] = tensors;
  if (face === undefined) throw new Error('A box has no pixels in the picture.');
  try {
    return await look(face);
  } finally {
    face.dispose();
  }
}
