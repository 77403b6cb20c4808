import { fault, type FaultCode } from '../../shared/faults';
import { itemIdAt, positionOf, type BatchId, type DestinationId } from '../../shared/ids';
import type {
  BatchRow,
  Cause,
  Counts,
  ItemDetail,
  ItemRow,
  ItemState,
  Summary,
} from '../../shared/queue-view';

export const MILLION = 1_000_000;
const MB = 1e6;
const GB = 1e9;
const START = Date.now();

export interface TrialBatch {
  readonly batch: BatchRow;
  /** Rows are made when they are asked for: a million are not kept. */
  readonly rowAt: (index: number) => ItemRow;
}

const counts = (some: Partial<Counts>): Counts => ({
  waiting: 0,
  paused: 0,
  done: 0,
  skipped: 0,
  conflict: 0,
  sourceChanged: 0,
  failed: 0,
  canceled: 0,
  ...some,
});

const why = (code: FaultCode) =>
  fault(code, `The request was answered with ${code}.`, {
    ossCode: 'AccessDenied',
    ec: '0003-00000001',
    requestId: '655D94CA3E27EA3530A1B2C4',
  });

type Line = readonly [name: string, sizeBytes: number, state: ItemState, sent?: number, verified?: number];

const LINES: readonly Line[] = [
  ['A001_C014_0412.mov', 18.4 * GB, { kind: 'uploading' }, 0.66, 0.62],
  ['A001_C015_0412.mov', 9.1 * GB, { kind: 'verifying' }, 1, 1],
  [
    'A001_C017_0412.mov',
    4.2 * GB,
    { kind: 'retrying', at: START + 600_000, attempt: 3, fault: why('server-busy') },
    0.5,
    0.4,
  ],
  ['A001_C016_0412.mov', 8.8 * GB, { kind: 'paused', why: 'user' }, 0.44, 0.44],
  ['音声/现场收音_01.wav', 1.2 * GB, { kind: 'waiting' }],
  ['stills/IMG_4471.CR3', 31.4 * MB, { kind: 'done', at: START - 60_000 }, 1, 1],
  ['stills/IMG_4472.CR3', 30.9 * MB, { kind: 'skipped', why: 'identical', at: START }, 0, 0],
  [
    'design/poster_v7_final_with_a_name_that_is_much_too_long_for_its_column.psd',
    398 * MB,
    { kind: 'conflict', fault: why('object-exists') },
  ],
  ['timeline.prproj', 18 * MB, { kind: 'source-changed', fault: why('source-changed') }],
  ['raw/DSC_0093.NEF', 48.2 * MB, { kind: 'failed', fault: why('no-permission') }],
  ['letters/box-014.tar', 41 * GB, { kind: 'paused', why: 'credentials' }, 0.45, 0.45],
  ['letters/box-015.tar', 3 * GB, { kind: 'paused', why: 'offline' }],
  ['letters/box-016.tar', 3 * GB, { kind: 'paused', why: 'schedule' }, 0.2, 0.2],
  ['notes.txt', 1_200, { kind: 'canceled' }],
  ['six-portraits.png', 4.1 * MB, { kind: 'paused', why: 'faces' }],
  ['stage_2.jpg', 2.2 * MB, { kind: 'scanned' }],
];

function batchRow(batchId: number, destinationId: string, name: string, more: Partial<BatchRow>): BatchRow {
  return {
    batchId: batchId as BatchId,
    destinationId: destinationId as DestinationId,
    name,
    kind: 'folder',
    createdAt: START - batchId * 60_000,
    scanning: false,
    items: 24,
    totalBytes: 212 * MB,
    counts: counts({}),
    held: 'no',
    active: 0,
    sentBytes: 0,
    verifiedBytes: 0,
    bytesPerSecond: 0,
    secondsLeft: null,
    ...more,
  };
}

function row(batch: BatchRow, index: number, line: Line): ItemRow {
  const [name, sizeBytes, state, sent = 0, verified = 0] = line;
  return {
    itemId: itemIdAt(batch.batchId, index + 1),
    batchId: batch.batchId,
    name,
    sizeBytes,
    state,
    sentBytes: sizeBytes * sent,
    verifiedBytes: sizeBytes * verified,
    bytesPerSecond: state.kind === 'uploading' ? 71.2 * MB : 0,
  };
}

const plain = (batch: BatchRow, state: (index: number) => ItemState, share = 0): TrialBatch => ({
  batch,
  rowAt: (index) =>
    row(batch, index, [
      `${String(Math.floor(index / 1000)).padStart(4, '0')}/scan-${String(index).padStart(7, '0')}.tif`,
      4.4 * MB,
      state(index),
      share,
      share,
    ]),
});

export function trialBatches(): TrialBatch[] {
  const first = batchRow(1, 'team', 'shanghai-day-3', {
    items: LINES.length,
    totalBytes: 96.4 * GB,
    verifiedBytes: 41.2 * GB,
    sentBytes: 44.5 * GB,
    bytesPerSecond: 84.2 * MB,
    secondsLeft: 655,
    active: 2,
    counts: counts({ waiting: 8, paused: 1, done: 1, skipped: 1, conflict: 1, sourceChanged: 1, failed: 1 }),
  });
  const million = batchRow(3, 'team', 'archive-2019', {
    items: MILLION,
    totalBytes: MILLION * 4.4 * MB,
    verifiedBytes: 300_000 * 4.4 * MB,
    sentBytes: 310_000 * 4.4 * MB,
    active: 8,
    bytesPerSecond: 40 * MB,
    secondsLeft: 77_000,
    counts: counts({ waiting: 700_000, done: 300_000 }),
  });
  return [
    { batch: first, rowAt: (index) => row(first, index, LINES[index] ?? ['?', 1, { kind: 'waiting' }]) },
    plain(
      batchRow(2, 'studio', 'scans-2019', {
        scanning: true,
        items: 48_210,
        totalBytes: 212 * GB,
        counts: counts({ waiting: 48_210 }),
      }),
      () => ({ kind: 'waiting' }),
    ),
    plain(million, (index) => (index < 300_000 ? { kind: 'done', at: START } : { kind: 'waiting' })),
    plain(
      batchRow(4, 'tokyo', '帳簿-東京', {
        items: 6,
        held: 'offline',
        totalBytes: 2.2 * GB,
        counts: counts({ waiting: 6 }),
      }),
      () => ({ kind: 'paused', why: 'offline' }),
    ),
    plain(
      batchRow(5, 'team', 'press-portraits', {
        verifiedBytes: 212 * MB,
        sentBytes: 212 * MB,
        counts: counts({ done: 24 }),
      }),
      () => ({ kind: 'done', at: START - 600_000 }),
      1,
    ),
    plain(batchRow(6, 'team', 'raw', { items: 37, counts: counts({ failed: 37 }) }), () => ({
      kind: 'failed',
      fault: why('no-permission'),
    })),
  ];
}

export function trialCauses(): Cause[] {
  const cause = (
    id: string,
    destination: string,
    kind: Cause['kind'],
    code: FaultCode,
    files: number,
  ): Cause => ({
    id,
    destinationId: destination as DestinationId,
    kind,
    fault: why(code),
    files,
    itemIds: [itemIdAt(1 as BatchId, 10)],
    names: ['raw/DSC_0093.NEF', 'raw/DSC_0094.NEF', 'raw/DSC_0095.NEF'].slice(0, files),
  });
  return [
    cause('a', 'team', 'failed', 'no-permission', 37),
    cause('b', 'team', 'conflict', 'object-exists', 38),
    cause('c', 'studio', 'credentials', 'token-expired', 212),
    cause('d', 'team', 'source-changed', 'source-changed', 1),
    cause('e', 'tokyo', 'offline', 'network-offline', 6),
  ];
}

export function trialSummary(batches: readonly BatchRow[]): Summary {
  const sum = (of: (batch: BatchRow) => number): number => batches.reduce((all, batch) => all + of(batch), 0);
  const ended = sum((b) => b.items - b.counts.waiting - b.counts.paused);
  return {
    items: sum((b) => b.items),
    doneItems: sum((b) => b.counts.done + b.counts.skipped),
    endedItems: ended,
    totalBytes: sum((b) => b.totalBytes),
    verifiedBytes: sum((b) => b.verifiedBytes),
    sentBytes: sum((b) => b.sentBytes),
    bytesPerSecond: sum((b) => b.bytesPerSecond),
    secondsLeft: batches.length > 0 ? 3_000 : null,
    connections: 8,
    scanning: batches.some((b) => b.scanning),
    pausedByUser: false,
  };
}

export function trialDetail(item: ItemRow, parts: number): ItemDetail {
  const verified = Math.floor((item.verifiedBytes / Math.max(1, item.sizeBytes)) * parts);
  const map = Array.from({ length: parts }, (_, part) => {
    if (part === verified - 20) return 'a';
    if (part < verified - 8) return 'v';
    if (part < verified + 14) return (part * 7) % 3 === 0 ? 'v' : 's';
    return 'w';
  });
  const done = item.state.kind === 'done';
  return {
    row: item,
    key: `ingest/2026/shanghai-day-3/${item.name}`,
    address: `oss://team-media/ingest/2026/shanghai-day-3/${item.name}`,
    destinationId: 'team' as DestinationId,
    sourcePath: `/home/ferry/shanghai-day-3/${item.name}`,
    modifiedAt: START - 9_000_000,
    uploadId: '0004B9894A22E5B1888A1E29F823',
    partSizeBytes: 32 * 1024 * 1024,
    parts: done ? 'v'.repeat(parts) : map.join(''),
    crc64: done ? '12345678901234567890' : null,
    etag: done ? '5B3C1A2E863023F5A31C0F8A9D1A7C88-549' : null,
    versionId: null,
    requestIds: ['655D94CA3E27EA3530A1B2C4', `655D94CA3E27EA3530A1${positionOf(item.itemId)}`],
    possibleOrphan: false,
  };
}
