/**
 * Faces in pictures: the answer of IMM's DetectImageFaces (2020-09-30) as it is documented, and what the window may
 * ask and see of it. The local detector speaks the same schema and fills in only what it truly measures.
 */
import { z } from 'zod';
import { faultSchema, type Outcome } from './faults';
import { batchIdSchema, destinationIdSchema, itemIdSchema } from './ids';
import { itemStateSchema } from './queue-view';

/** IMM may leave out or change any field: one that is not what the documents say falls away, the face stays. */
const number = z.number().optional().catch(undefined);
const word = z.string().optional().catch(undefined);

/** Pixels of the upright picture (EXIF orientation applied). A rectangle or a polygon. */
export const boundarySchema = z.object({
  Left: number,
  Top: number,
  Width: number,
  Height: number,
  Polygon: z
    .array(z.object({ X: z.number(), Y: z.number() }))
    .optional()
    .catch(undefined),
});
export type Boundary = Readonly<z.infer<typeof boundarySchema>>;

/** Confidences, qualities and `Attractive` run from 0 to 1, angles of the head from −180 to 180 degrees. */
export const faceSchema = z.object({
  FigureId: word,
  FigureType: word,
  FigureConfidence: number,
  FigureClusterId: word,
  FigureClusterConfidence: number,
  Boundary: boundarySchema.optional().catch(undefined),
  Age: number,
  AgeSD: number,
  Gender: word,
  GenderConfidence: number,
  Emotion: word,
  EmotionConfidence: number,
  Glasses: word,
  GlassesConfidence: number,
  Mask: word,
  MaskConfidence: number,
  Hat: word,
  HatConfidence: number,
  Beard: word,
  BeardConfidence: number,
  Mouth: word,
  MouthConfidence: number,
  HeadPose: z.object({ Pitch: number, Roll: number, Yaw: number }).optional().catch(undefined),
  FaceQuality: number,
  Sharpness: number,
  Attractive: number,
});
export type Face = Readonly<z.infer<typeof faceSchema>>;

/** A response without `Faces`, or with null in their place, has none. */
export const detectImageFacesSchema = z.object({
  RequestId: word,
  Faces: z
    .array(faceSchema)
    .nullish()
    .transform((faces) => faces ?? []),
});
export type DetectImageFaces = Readonly<z.infer<typeof detectImageFacesSchema>>;

const sizeSchema = z.object({ width: z.int().positive(), height: z.int().positive() });

/** What the detector on this device found in one file. */
export interface LocalFaces {
  /** Of the upright picture, in pixels: the frame of every Boundary. */
  readonly image: z.infer<typeof sizeSchema>;
  readonly faces: readonly Face[];
  readonly milliseconds: number;
}

/**
 * The detector on this device, in a process or thread of its own. Faults: picture-format (no decoder for it),
 * picture-unreadable (damaged), picture-too-large, source-missing, source-unreadable, canceled (stopped meanwhile).
 */
export interface Detector {
  detect(path: string): Promise<Outcome<LocalFaces>>;
}

export const facesSourceSchema = z.enum(['imm', 'local']);
export type FacesSource = z.infer<typeof facesSourceSchema>;

const count = z.int().nonnegative();
const instant = z.number();

/** What came of one question about one picture. */
export const facesResultSchema = z.object({
  source: facesSourceSchema,
  state: z.discriminatedUnion('kind', [
    /** In the queue of questions, or on its way. */
    z.object({ kind: z.literal('waiting') }),
    z.object({ kind: z.literal('found'), at: instant, milliseconds: z.number().nullable() }),
    z.object({ kind: z.literal('failed'), at: instant, fault: faultSchema }),
  ]),
  /** IMM: the project that was asked. */
  project: z.string().nullable(),
  /** IMM: of the object that was looked at. */
  etag: z.string().nullable(),
  /** Frame of the boundaries, where it is known. */
  image: sizeSchema.nullable(),
  faces: z.array(faceSchema).max(2000),
  /** The answer as it came, for copying. */
  raw: z.string().max(4_000_000),
});
export type FacesResult = z.infer<typeof facesResultSchema>;

/** What the rule of the destination made of the faces that were found before the upload. */
export const ingestDecisionSchema = z.object({
  faces: count,
  /** Nothing is sent before somebody answers. */
  asks: z.boolean(),
  /** The tag that the object gets (`faces=2`), and the key it goes to in place of the usual one. */
  tag: z.string().nullable(),
  key: z.string().nullable(),
});
export type IngestDecision = z.infer<typeof ingestDecisionSchema>;

/** Why IMM cannot be asked about this picture. */
export const immRefusalSchema = z.enum(['no-project', 'no-credentials-here', 'not-uploaded', 'no-picture']);

export const facesDetailSchema = z.object({
  itemId: itemIdSchema,
  batchId: batchIdSchema,
  destinationId: destinationIdSchema,
  name: z.string(),
  key: z.string(),
  sizeBytes: z.number(),
  state: itemStateSchema,
  imm: facesResultSchema.nullable(),
  local: facesResultSchema.nullable(),
  decision: ingestDecisionSchema.nullable(),
  /** Null: it can. `no-credentials-here`: signed-url and post-policy hold no credentials on this side. */
  immRefusal: immRefusalSchema.nullable(),
  /** What a waiting question to IMM waits for (asked to slow down, nobody there, no credentials); null: its turn. */
  immWait: faultSchema.nullable(),
});
export type FacesDetail = z.infer<typeof facesDetailSchema>;

/** The picture itself, from the file on this disk, upright; never from the bucket. */
export const pictureSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('picture'),
    /** Of our own scheme; shows at most 2,048 pixels along the longer edge. */
    url: z.string(),
    /** Pixels of the upright original. */
    width: z.int().positive(),
    height: z.int().positive(),
    /** The file is another one than when it was uploaded: boxes may lie elsewhere. */
    changed: z.boolean(),
  }),
  /** `format`: HEIC, TIFF and others have no preview. */
  z.object({
    kind: z.literal('none'),
    why: z.enum(['format', 'missing', 'unreadable', 'too-large', 'no-picture']),
  }),
]);
export type Picture = z.infer<typeof pictureSchema>;

/** `with` and `without` count pictures that were looked at; `asking` those that wait for an answer of the user. */
export const facesFilterSchema = z.enum(['all', 'with', 'without', 'failed', 'waiting', 'asking']);
export type FacesFilter = z.infer<typeof facesFilterSchema>;

export const facesCountsSchema = z.object({
  all: count,
  with: count,
  without: count,
  failed: count,
  waiting: count,
  asking: count,
});
export type FacesCounts = z.infer<typeof facesCountsSchema>;

/** A batch that has pictures with a result, a question or a decision. */
export const facesBatchSchema = z.object({
  batchId: batchIdSchema,
  name: z.string(),
  counts: facesCountsSchema,
});

export const facesRowSchema = z.object({
  itemId: itemIdSchema,
  batchId: batchIdSchema,
  name: z.string(),
  /** The better of the two sources: IMM where it has answered. */
  source: facesSourceSchema,
  state: z.enum(['waiting', 'found', 'failed']),
  faces: count,
  asks: z.boolean(),
  /** A small picture (the first face, or the whole); null where there is no preview. */
  url: z.string().nullable(),
});
export type FacesRow = z.infer<typeof facesRowSchema>;

/** One face, cut out. */
export const faceTileSchema = z.object({
  itemId: itemIdSchema,
  name: z.string(),
  source: facesSourceSchema,
  /** From 0, in the order of the answer. */
  faceIndex: count,
  url: z.string(),
});
export type FaceTile = z.infer<typeof faceTileSchema>;

export const facesChangeSchema = z.object({
  /** Grows by one with each change that is told. */
  revision: count,
  /** Of all batches. */
  counts: facesCountsSchema,
  itemIds: z.array(itemIdSchema).max(200),
  /** More changed than fit: ask for what is visible again. */
  cut: z.boolean(),
});
export type FacesChange = z.infer<typeof facesChangeSchema>;

/** Answer of the user to a rule that asks: as the rule says, or as if there were none. */
export const ingestAnswerSchema = z.enum(['by-rule', 'as-usual']);
export type IngestAnswer = z.infer<typeof ingestAnswerSchema>;

/** A rectangle in pixels of the upright picture. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where a boundary lies: its rectangle, or the one around its polygon; null where it encloses nothing. Corners that are
 * left out are the picture's own. The documents do not say whether IMM counts pixels of the upright picture or of the
 * one that is stored; this is the one place that would have to turn them.
 */
export function placeOf(boundary: Boundary | undefined): Place | null {
  if (boundary === undefined) return null;
  const { Left: left = 0, Top: top = 0, Width: width = 0, Height: height = 0, Polygon = [] } = boundary;
  const place = Polygon.length > 2 ? around(Polygon) : { left, top, width, height };
  return place.width > 0 && place.height > 0 ? place : null;
}

function around(corners: readonly { readonly X: number; readonly Y: number }[]): Place {
  const xs = corners.map(({ X }) => X);
  const ys = corners.map(({ Y }) => Y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

const IMAGE = /\.(jpe?g|jfif|png|webp|avif|gif|bmp|tiff?|heic|heif)$/i;

/** File types that IMM is asked about: by their names, as IMM does not say what it makes of others. */
export const isImageName = (name: string): boolean => IMAGE.test(name);

/** Reading order of faces: rows from top to bottom, each from left to right; equal everywhere faces are numbered. */
export function inReadingOrder(faces: readonly Face[]): readonly number[] {
  const middle = ({ Boundary }: Face): { x: number; y: number; height: number } => {
    const { left, top, width, height } = placeOf(Boundary) ?? { left: 0, top: 0, width: 0, height: 0 };
    return { x: left + width / 2, y: top + height / 2, height };
  };
  const placed = faces.map((face, index) => ({ index, ...middle(face) })).sort((a, b) => a.y - b.y);
  const rows: (typeof placed)[] = [];
  for (const one of placed) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row !== undefined && first !== undefined && one.y - first.y < Math.max(first.height, one.height) / 2)
      row.push(one);
    else rows.push([one]);
  }
  return rows.flatMap((row) => row.sort((a, b) => a.x - b.x).map(({ index }) => index));
}
