import { fault, type FaultCode } from '../../shared/faults';
import type {
  Face,
  FacesCounts,
  FacesDetail,
  FacesFilter,
  FacesResult,
  FacesRow,
  FaceTile,
  Picture,
} from '../../shared/faces';
import { itemIdAt, type BatchId, type DestinationId, type ItemId } from '../../shared/ids';
import type { CallValue } from '../../shared/ipc/contract';

const START = Date.now();

interface TrialPicture {
  readonly detail: FacesDetail;
  readonly picture: Picture;
}

/** The answer that Alibaba's documents print. */
const SAMPLE: Face = {
  Beard: 'none',
  MaskConfidence: 0.764,
  Gender: 'female',
  Boundary: { Left: 182, Top: 175, Height: 381, Width: 304 },
  BeardConfidence: 0.987,
  FigureId: '047d8d12-c3b6-4e22-9b9a-b91facc650fb',
  Mouth: 'open',
  Emotion: 'happiness',
  Age: 45,
  MouthConfidence: 0.999,
  FigureType: 'face',
  GenderConfidence: 1,
  HeadPose: { Pitch: -16.206, Roll: -5.124, Yaw: 3.421 },
  Mask: 'none',
  EmotionConfidence: 0.984,
  HatConfidence: 1,
  GlassesConfidence: 0.976,
  Sharpness: 1,
  FigureClusterId: 'figure-cluster-id-unavailable',
  FaceQuality: 0.942,
  Attractive: 0.044,
  AgeSD: 7,
  Glasses: 'glasses',
  FigureConfidence: 1,
  Hat: 'none',
};

/** A drawn crowd: one head for each boundary. */
function drawing(width: number, height: number, faces: readonly Face[]): string {
  const heads = faces.map(({ Boundary = {} }) => {
    const { Left = 0, Top = 0, Width = 0, Height = 0, Polygon } = Boundary;
    const [x, y] = Polygon?.[0] === undefined ? [Left, Top] : [Polygon[0].X - 40, Polygon[0].Y];
    const w = Width || 80;
    const h = Height || 100;
    return (
      `<ellipse cx="${x + w / 2}" cy="${y + h / 2}" rx="${w / 2}" ry="${h / 2}" fill="#c9a488"/>` +
      `<path d="M${x + w * 0.3} ${y + h * 0.68}q${w * 0.2} ${h * 0.16} ${w * 0.4} 0" fill="none" stroke="#6d4a3a" stroke-width="${w / 24}"/>` +
      `<path d="M${x} ${y + h * 0.4}Q${x + w / 2} ${y - h * 0.3} ${x + w} ${y + h * 0.4}Q${x + w / 2} ${y + h * 0.1} ${x} ${y + h * 0.4}z" fill="#5b4636"/>`
    );
  });
  const ground = `<rect width="${width}" height="${height}" fill="#8fa3ad"/><rect y="${height * 0.8}" width="${width}" height="${height * 0.2}" fill="#41525c"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${ground}${heads.join('')}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function grid(count: number, columns: number, width: number, height: number): Face[] {
  const cell = { x: width / columns, y: height / Math.ceil(count / columns) };
  return Array.from({ length: count }, (_, index) => ({
    ...SAMPLE,
    Age: 20 + ((index * 7) % 50),
    FigureConfidence: 0.9 + ((index * 3) % 10) / 100,
    Boundary: {
      Left: Math.round((index % columns) * cell.x + cell.x * 0.3),
      Top: Math.round(Math.floor(index / columns) * cell.y + cell.y * 0.25),
      Width: Math.round(cell.x * 0.4),
      Height: Math.round(cell.y * 0.5),
    },
  }));
}

/** What the detector on this device says: a place, and how sure it is. */
const measured = (faces: readonly Face[]): Face[] =>
  faces.map(({ Boundary, Age, FigureConfidence }) => ({
    Boundary,
    Age,
    Gender: 'female',
    GenderConfidence: 0.991,
    Emotion: 'happiness',
    EmotionConfidence: 0.973,
    HeadPose: { Pitch: -4.1, Roll: -2.8, Yaw: 8.6 },
    FigureType: 'face',
    FigureConfidence,
    FaceQuality: FigureConfidence,
  }));

const found = (source: 'imm' | 'local', faces: Face[], more: Partial<FacesResult> = {}): FacesResult => ({
  source,
  state: { kind: 'found', at: START, milliseconds: 240 },
  project: source === 'imm' ? 'press' : null,
  etag: null,
  image: null,
  faces,
  raw: JSON.stringify({ RequestId: '63661E75-3A41-5FBF-B023-867DA6A6AA81', Faces: faces }, null, 2),
  ...more,
});

const failed = (code: FaultCode): FacesResult =>
  found('imm', [], {
    state: {
      kind: 'failed',
      at: START,
      fault: fault(code, `IMM answered with ${code}.`, { requestId: '63661E75-3A41-5FBF-B023-867DA6A6AA81' }),
    },
    raw: '',
  });

const polygon: Face = {
  ...SAMPLE,
  HeadPose: { Pitch: 41, Roll: 12, Yaw: -85 },
  Emotion: 'contempt',
  Boundary: {
    Polygon: [
      { X: 320, Y: 90 },
      { X: 430, Y: 150 },
      { X: 410, Y: 300 },
      { X: 300, Y: 320 },
      { X: 250, Y: 190 },
    ],
  },
};

function shot(
  position: number,
  name: string,
  faces: readonly Face[],
  size: readonly [number, number],
  more: Partial<FacesDetail> & { readonly picture?: Picture } = {},
): TrialPicture {
  const { picture, ...detail } = more;
  const [width, height] = size;
  return {
    detail: {
      itemId: itemIdAt(5 as BatchId, position),
      batchId: 5 as BatchId,
      destinationId: 'team' as DestinationId,
      name,
      key: `ingest/2026/press-portraits/${name}`,
      sizeBytes: 773_000 + position,
      state: { kind: 'done', at: START },
      imm: found('imm', [...faces]),
      local: null,
      decision: null,
      immRefusal: null,
      immWait: null,
      ...detail,
    },
    picture: picture ?? {
      kind: 'picture',
      url: drawing(width, height, faces),
      width,
      height,
      changed: false,
    },
  };
}

const six = grid(6, 3, 1536, 1024);
const notYet = {
  imm: null,
  local: found('local', measured(six), { image: { width: 1536, height: 1024 } }),
  state: { kind: 'paused', why: 'faces' },
  immRefusal: 'not-uploaded',
  decision: { faces: 6, asks: true, tag: 'faces=6', key: 'ingest/private/six-portraits.png' },
} as const;

const waits = found('imm', [], { state: { kind: 'waiting' } });

export function trialPictures(): TrialPicture[] {
  return [
    shot(1, 'portrait.png', [SAMPLE], [680, 680]),
    shot(2, 'six-portraits.png', six, [1536, 1024], notYet),
    shot(3, 'hall.jpg', grid(300, 20, 4000, 3000), [4000, 3000]),
    shot(4, 'profile.webp', [polygon], [640, 480], { local: found('local', measured([SAMPLE])) }),
    shot(5, 'scan.heic', [SAMPLE], [680, 680], { picture: { kind: 'none', why: 'format' } }),
    shot(6, 'moved.jpg', [SAMPLE], [680, 680], { picture: { kind: 'none', why: 'missing' } }),
    shot(7, 'coffee.png', [], [600, 400]),
    shot(8, 'refused.jpg', [], [600, 400], { imm: failed('imm-no-permission') }),
    shot(9, 'waits.jpg', [], [600, 400], { imm: waits, immWait: fault('throttled', 'Throttling.User') }),
    ...Array.from({ length: 40 }, (_, index) =>
      shot(10 + index, `team_${String(index + 1).padStart(2, '0')}.jpg`, grid(3, 3, 900, 600), [900, 600]),
    ),
  ];
}

const resultOf = ({ detail }: TrialPicture): FacesResult | null => detail.imm ?? detail.local;

function isIn(filter: FacesFilter, picture: TrialPicture): boolean {
  const result = resultOf(picture);
  if (filter === 'all') return true;
  if (filter === 'asking') return picture.detail.decision?.asks === true;
  if (result?.state.kind !== 'found') return result?.state.kind === filter;
  return filter === (result.faces.length > 0 ? 'with' : 'without');
}

export function trialCounts(pictures: readonly TrialPicture[]): FacesCounts {
  const count = (filter: FacesFilter): number => pictures.filter((one) => isIn(filter, one)).length;
  return {
    all: pictures.length,
    with: count('with'),
    without: count('without'),
    failed: count('failed'),
    waiting: count('waiting'),
    asking: count('asking'),
  };
}

/** Made-up pictures and answers, and what one does to them. */
export class TrialFaces {
  #pictures: TrialPicture[];

  constructor(scene: string | null) {
    this.#pictures = scene === 'no-faces' ? [] : trialPictures();
  }

  get counts(): FacesCounts {
    return trialCounts(this.#pictures);
  }

  batches(): CallValue<'faces.batches'> {
    const { counts } = this;
    const other = { ...counts, all: 0, with: 0, without: 0, failed: 0, waiting: 0, asking: 0 };
    return {
      revision: 1,
      batches:
        counts.all === 0
          ? []
          : [
              { batchId: 5 as BatchId, name: 'press-portraits', counts },
              { batchId: 1 as BatchId, name: 'shanghai-day-3', counts: other },
            ],
    };
  }

  page(batchId: number | null, filter: FacesFilter, offset: number, limit: number): CallValue<'faces.page'> {
    const all = batchId === 1 ? [] : this.#pictures.filter((one) => isIn(filter, one));
    const rows = all.slice(offset, offset + limit).map((one): FacesRow => {
      const result = resultOf(one);
      return {
        itemId: one.detail.itemId,
        batchId: one.detail.batchId,
        name: one.detail.name,
        source: result?.source ?? 'imm',
        state: result?.state.kind ?? 'waiting',
        faces: result?.faces.length ?? 0,
        asks: one.detail.decision?.asks ?? false,
        url: one.picture.kind === 'picture' ? one.picture.url : null,
      };
    });
    return { revision: 1, total: all.length, rows };
  }

  sheet(offset: number, limit: number): CallValue<'faces.sheet'> {
    const tiles = this.#pictures.flatMap((one): FaceTile[] => {
      const result = resultOf(one);
      const { picture } = one;
      if (result === null || picture.kind !== 'picture') return [];
      return result.faces.map((face, faceIndex) => ({
        itemId: one.detail.itemId,
        name: one.detail.name,
        source: result.source,
        faceIndex,
        url: drawing(200, 200, [{ ...face, Boundary: { Left: 50, Top: 40, Width: 100, Height: 120 } }]),
      }));
    });
    return { revision: 1, total: tiles.length, tiles: tiles.slice(offset, offset + limit) };
  }

  detail(itemId: ItemId): FacesDetail | null {
    return this.#pictures.find((one) => one.detail.itemId === itemId)?.detail ?? null;
  }

  picture(itemId: ItemId): Picture {
    const one = this.#pictures.find((picture) => picture.detail.itemId === itemId);
    return one?.picture ?? { kind: 'none', why: 'no-picture' };
  }

  change(itemId: ItemId, change: Partial<FacesDetail>): void {
    this.#pictures = this.#pictures.map((one) =>
      one.detail.itemId === itemId ? { ...one, detail: { ...one.detail, ...change } } : one,
    );
  }
}
