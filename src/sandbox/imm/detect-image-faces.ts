import { randomUUID } from 'node:crypto';
import type { DetectorQueue } from '../../faces/detector-queue';
import type { Problem } from '../../faces/questions';
import type { BucketStore } from '../storage/bucket-store';
import type { StoredObject } from '../storage/records';
import { invalidArgument, Refusal } from '../wire/refusal';

/** What IMM sees of the cloud around it. */
export interface ImmServices {
  /** The one project. */
  readonly project: string;
  /** The one bucket, in the project's region. */
  readonly bucket: string;
  readonly store: BucketStore;
  /** Looks at the bytes, in a thread of its own. */
  readonly desk: DetectorQueue;
}

/** From IMM's older limits, the only ones that are documented. */
const MAX_BYTES = 100_000_000;

/** The project that a call names; refuses none. Whether it exists is asked after whether the caller may know. */
export const projectOf = (get: (name: string) => string | null): string => mandatory(get, 'ProjectName');

/**
 * Finds faces in the bytes that were uploaded, by the same detector that OSS Ferry uses on its own device: it measures
 * less than IMM does, and what it does not measure is left out. Returns the body of the answer but for its RequestId.
 */
export async function detectImageFaces(
  get: (name: string) => string | null,
  ground: ImmServices,
): Promise<Record<string, unknown>> {
  if (projectOf(get) !== ground.project) throw notFound('project');
  const object = objectOf(mandatory(get, 'SourceURI'), ground);
  const answer = await ground.desk.ask({ kind: 'faces', source: await bytesOf(object, ground.store) });
  if (!answer.ok) throw refusalOf(answer.problem);
  return { Faces: answer.value.faces.map((face) => ({ FigureId: randomUUID(), ...face })) };
}

function objectOf(sourceUri: string, { bucket, store }: ImmServices): StoredObject {
  const [, named, key] = /^oss:\/\/([^/]+)\/(.+)$/s.exec(sourceUri) ?? [];
  if (named === undefined || key === undefined)
    throw invalidArgument('The specified SourceURI is not of the form oss://bucket/key.');
  // IMM reads only buckets of the project's own region; of the others it cannot tell whether they exist.
  if (named !== bucket)
    throw invalidArgument('The bucket of SourceURI is not one of this project and region.');
  const object = store.object(key);
  if (object === null) throw notFound('object');
  if (object.sizeBytes > MAX_BYTES) throw invalidArgument('The image is larger than 100 MB.');
  return object;
}

async function bytesOf(object: StoredObject, store: BucketStore): Promise<Uint8Array> {
  if (object.pieces.some((piece) => piece.blob === '' && piece.sizeBytes > 0))
    throw new Refusal(400, 'OperationNotSupported', 'This sandbox was started to discard what it receives.');
  const chunks: Buffer[] = [];
  for await (const chunk of store.blobs.read(object.pieces, 0, object.sizeBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function refusalOf({ code, message }: Problem): Error {
  switch (code) {
    case 'format':
    case 'unreadable':
    case 'too-large':
      return invalidArgument(message);
    case 'stopped':
      return new Refusal(503, 'ServiceUnavailable', 'The service is being stopped or has too much to do.');
    case 'missing':
    case 'denied':
    case 'failed':
      return new Error(message);
  }
}

function mandatory(get: (name: string) => string | null, name: string): string {
  const value = get(name);
  if (value === null || value === '')
    throw new Refusal(400, `Missing${name}`, `${name} is mandatory for this action.`);
  return value;
}

const notFound = (what: 'project' | 'object'): Refusal =>
  new Refusal(400, 'ResourceNotFound', `The specified resource ${what} is not found.`);
