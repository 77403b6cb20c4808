import { beforeEach, describe, expect, it } from 'vitest';
import { CallbackReplays } from '../../../../src/host/destinations/callback-replays';
import { failure, fault, success, type Fault, type Outcome } from '../../../../src/shared/faults';
import { itemIdAt, type BatchId, type DestinationId, type ItemId } from '../../../../src/shared/ids';
import type { CallbackReplay } from '../../../../src/shared/callback-replay';
import { profileSchema, type Profile } from '../../../../src/shared/profile';
import type { CallbackFaultItem } from '../../../../src/store/queue-types';

const HOME = 'home' as DestinationId;
const AWAY = 'away' as DestinationId;
const PAGE = 5;
const at = (position: number): ItemId => itemIdAt(1 as BatchId, position);

const plain = {
  name: 'Studio',
  region: 'cn-hangzhou',
  bucket: 'studio',
  authorization: { kind: 'temporary' },
};
const callback = { url: 'https://example.com/done', body: 'x', noticeUrl: 'https://example.com/notice' };
const OFFERS = profileSchema.parse({ ...plain, callback });

let left: Map<ItemId, DestinationId>;
let noted: [ItemId, Fault | null][];
let sent: CallbackReplay[];
let most: number;
let notices: CallbackReplays;
/** What the server's answers wait for. */
let answered: Promise<void>;
beforeEach(() => {
  left = new Map(Array.from({ length: 12 }, (_, index) => [at(index + 1), HOME]));
  [noted, sent, most] = [[], [], 0];
  answered = Promise.resolve();
});

const item = (itemId: ItemId, destinationId: DestinationId): CallbackFaultItem => ({
  itemId,
  batchId: 1 as BatchId,
  destinationId,
  key: `uploads/${itemId - at(0)}` as never,
  sizeBytes: 7,
  crc64: '1' as never,
  etag: 'E' as never,
});

function tell(
  answer: (number: number) => Outcome<void>,
  profile: (id: DestinationId) => Profile | null = () => OFFERS,
) {
  let open = 0;
  notices = new CallbackReplays({
    profile,
    store: {
      callbackFaults: (_scope, after) =>
        success(
          [...left]
            .filter(([itemId]) => itemId > after)
            .slice(0, PAGE)
            .map((one) => item(...one)),
        ),
      noteCallback: (itemId, why) => {
        noted.push([itemId, why]);
        if (why === null) left.delete(itemId);
        return success(true);
      },
    },
    send: async (_id, notice) => {
      sent.push(notice);
      most = Math.max(most, (open += 1));
      await answered;
      open -= 1;
      return answer(Number(notice.key.slice('uploads/'.length)));
    },
  });
  return notices.tell({ kind: 'all' });
}

it('tells of each file once, a few at a time, and notes that for good', async () => {
  expect(await tell(() => success(undefined))).toEqual(success({ affected: 12 }));
  expect(sent).toHaveLength(12);
  expect(sent[0]).toEqual({ bucket: 'studio', key: 'uploads/1', size: 7, crc64: '1', etag: 'E' });
  expect(left.size).toBe(0);
  expect(most).toBeLessThanOrEqual(4);
});

it('goes on past a file that is refused, keeps why, and says so', async () => {
  const gone = fault('callback-failed', 'The notice server example.com does not find the object (404).');
  const outcome = await tell((number) => (number === 3 ? failure(gone) : success(undefined)));
  expect(outcome).toEqual(failure(gone));
  expect([...left.keys()]).toEqual([at(3)]);
  expect(noted.filter(([, why]) => why !== null)).toEqual([[at(3), gone]]);
});

it.each(['token-refused', 'dns', 'throttled'] as const)(
  'ends where the server cannot be told at all (%s): the rest would meet the same',
  async (code) => {
    const outcome = await tell(() => failure(fault(code, 'No.')));
    expect(outcome).toMatchObject({ ok: false, fault: { code } });
    expect(sent.length).toBeLessThanOrEqual(4);
    // The cause of the files stays one and the same.
    expect(noted.every(([, why]) => why?.code === 'callback-failed')).toBe(true);
    expect(left.size).toBe(12);
  },
);

it('leaves alone what nobody takes notices of, and tells the others', async () => {
  left.set(at(2), AWAY);
  const without = profileSchema.parse(plain);
  const outcome = await tell(
    () => success(undefined),
    (id) => (id === AWAY ? without : OFFERS),
  );
  expect(outcome).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
  expect([...left]).toEqual([[at(2), AWAY]]);
  expect(
    await tell(
      () => success(undefined),
      () => null,
    ),
  ).toMatchObject({ ok: false });
});

describe('a queue that closes', () => {
  it('notes what servers have taken, and sends nothing more', async () => {
    let answer = (): void => undefined;
    answered = new Promise((resolve) => (answer = resolve));
    const telling = tell(() => success(undefined));
    const closing = notices.close();
    answer();
    await closing;
    expect(await telling).toEqual(success({ affected: 4 }));
    expect([sent.length, left.size]).toEqual([4, 8]);
  });

  it('waits two seconds for a server that is silent, and writes nothing after that', async () => {
    let answer = (): void => undefined;
    answered = new Promise((resolve) => (answer = resolve));
    const telling = tell(() => success(undefined));
    await notices.close();
    answer();
    await telling;
    expect([sent.length, noted]).toEqual([4, []]);
  });
});
