/** What can be asked about a picture, and what comes back. Plain data: it crosses threads and processes. */

/** A file by its path, or its bytes. */
export type PictureSource = string | Uint8Array;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in pixels of the upright picture. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** A face in the schema of IMM's DetectImageFaces, with nothing but what is measured here (docs/faces.md). */
export interface MeasuredFace {
  readonly FigureType: 'face';
  /** The detector's score, 0 to 1; FaceQuality is the same number, as nothing else here speaks of quality. */
  readonly FigureConfidence: number;
  readonly FaceQuality: number;
  /** Whole pixels of the upright original, inside the picture. */
  readonly Boundary: {
    readonly Left: number;
    readonly Top: number;
    readonly Width: number;
    readonly Height: number;
  };
  /** Whole years. */
  readonly Age: number;
  readonly Gender: 'male' | 'female';
  readonly GenderConfidence: number;
  readonly Emotion: 'happiness' | 'none';
  readonly EmotionConfidence: number;
  /** Degrees; left out where the landmarks make no head. */
  readonly HeadPose?: { readonly Pitch: number; readonly Roll: number; readonly Yaw: number };
}

export interface FoundFaces {
  /** Of the upright picture: the frame of every Boundary. */
  readonly image: Size;
  readonly faces: readonly MeasuredFace[];
  readonly milliseconds: number;
}

/** A picture made to be shown. */
export interface MadePicture extends Size {
  readonly type: 'image/jpeg' | 'image/webp';
  readonly bytes: Uint8Array;
}

export type Question =
  | { readonly kind: 'faces'; readonly source: PictureSource }
  /** Size of the upright picture, from the head of the file. */
  | { readonly kind: 'size'; readonly source: PictureSource }
  /** The whole picture, upright, at most `edge` pixels along the longer side, never enlarged. */
  | { readonly kind: 'preview'; readonly source: PictureSource; readonly edge: number }
  /** The box with some room around it, square where the picture is large enough, `edge` pixels wide. */
  | { readonly kind: 'crop'; readonly source: PictureSource; readonly box: Box; readonly edge: number };

export interface Answers {
  readonly faces: FoundFaces;
  readonly size: Size;
  readonly preview: MadePicture;
  readonly crop: MadePicture;
}

/**
 * `format`: nothing here decodes (or, for previews, shows) it; `unreadable`: damaged; `too-large`: more pixels than
 * are decoded; `missing`, `denied`: the file system's word; `stopped`: the detector was ended meanwhile; `failed`:
 * the detector itself is at fault.
 */
export type ProblemCode = 'format' | 'unreadable' | 'too-large' | 'missing' | 'denied' | 'stopped' | 'failed';

export interface Problem {
  readonly code: ProblemCode;
  /** One sentence; names no path. */
  readonly message: string;
}

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** A problem on its way to its answer. */
export class PictureError extends Error {
  readonly problem: Problem;

  constructor(code: ProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PictureError';
    this.problem = { code, message };
  }
}
