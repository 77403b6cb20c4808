import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { itemIdAt } from '../../../../src/shared/ids';
import { DESTINATION, must } from '../../../fakes/queue-samples';
import { FacesBench, no, seen, settle, withFaces } from './faces-fixture';

let desk: FacesBench;
beforeEach(() => {
  desk = new FacesBench();
});
afterEach(() => desk.dispose());

const counts = () => must(desk.store.faces.counts());

describe('questions to IMM', () => {
  test('are begun at the rate of the destination, a few at once, and their answers are kept', async () => {
    desk.profile = desk.profileWith({ detect: 'after-upload', perSecond: 2 });
    const batchId = await desk.uploaded(10);
    expect(desk.imm.map(({ of }) => of)).toEqual(['uploads/photos/2024/1.jpg']);
    await desk.pass(499);
    expect(desk.imm).toHaveLength(1);
    await desk.pass(1);
    expect(desk.imm).toHaveLength(2);
    for (let half = 0; half < 20; half += 1) await desk.pass(500);
    // Four at once at two a second: slower answers lower the rate.
    expect(desk.imm).toHaveLength(4);
    await desk.imm[0]?.answer(withFaces(2));
    expect(desk.imMed(itemIdAt(batchId, 1))).toMatchObject({ kind: 'found' });
    expect(must(desk.store.faces.detail(itemIdAt(batchId, 1))).imm).toMatchObject({
      project: 'people',
      etag: 'ABC',
    });
    expect(counts()).toMatchObject({ all: 10, with: 1, waiting: 9 });
    expect(desk.imm).toHaveLength(5);
  });

  test.each([
    ['of it', { detect: 'after-upload' }],
    ['of faces', undefined],
  ])('are begun five a second where the destination says nothing %s', async (_what, faces) => {
    desk.profile = desk.profileWith(faces);
    await desk.uploaded(10, false);
    must(await desk.faces.ask('imm', { kind: 'all' }, () => true));
    await settle();
    const firstAt = desk.bench.clock.now();
    while (desk.bench.clock.now() < firstAt + 999) await desk.pass(1);
    expect(desk.imm).toHaveLength(5);
    await desk.pass(1);
    expect(desk.imm).toHaveLength(6);
  });

  test('survive a kill: what was asked and not answered is asked again, what was answered is not', async () => {
    const batchId = await desk.uploaded(2);
    await desk.pass(200);
    await desk.imm[0]?.answer(withFaces(1));
    desk.crash();
    await settle();
    expect(desk.imm.map(({ of }) => of)).toEqual(['uploads/photos/2024/2.jpg']);
    await desk.imm[0]?.answer(withFaces(0));
    expect(counts()).toMatchObject({ with: 1, without: 1, waiting: 0 });
    expect(desk.states(batchId)).toEqual(['done', 'done']);
  });

  test('throttled: all of the line waits as long as IMM says, and nothing counts as refused', async () => {
    await desk.uploaded(3);
    await desk.imm[0]?.answer(no('throttled', { retryAfterMs: 9_000 }));
    await desk.pass(8_999);
    expect(desk.imm).toHaveLength(1);
    await desk.pass(1);
    expect(desk.imm).toHaveLength(2);
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await desk.imm.at(-1)?.answer(no('throttled'));
      await desk.pass(60_000);
    }
    expect(counts()).toMatchObject({ waiting: 3, failed: 0 });
  });

  test('throttled: a nudge does not shorten what IMM asked for', async () => {
    await desk.uploaded(1);
    await desk.imm[0]?.answer(no('throttled', { retryAfterMs: 9_000 }));
    desk.faces.nudge();
    await desk.pass(8_999);
    expect(desk.imm).toHaveLength(1);
    await desk.pass(1);
    expect(desk.imm).toHaveLength(2);
  });

  test('unreachable: the pauses grow to a minute and it never gives up; a nudge ends the pause', async () => {
    await desk.uploaded(1);
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      const asked = desk.imm.length;
      await desk.imm.at(-1)?.answer(no('imm-unreachable'));
      const since = desk.bench.clock.now();
      while (desk.imm.length === asked) await desk.pass(100);
      pauses.push(desk.bench.clock.now() - since);
    }
    expect(pauses.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(pauses.at(-1)).toBe(30_000);
    await desk.imm.at(-1)?.answer(no('imm-unreachable'));
    desk.faces.nudge();
    // The rate of the destination holds all the same.
    await desk.pass(200);
    expect(desk.imm).toHaveLength(12);
    expect(counts().waiting).toBe(1);
  });

  test('what the line waits for is told, and told again when it goes on', async () => {
    await desk.uploaded(1);
    await desk.pass(200);
    const last = () => desk.changes.at(-1);
    expect(desk.faces.immWait(DESTINATION)).toBeNull();
    await desk.imm[0]?.answer(no('throttled', { retryAfterMs: 9_000 }));
    await desk.pass(200);
    expect(desk.faces.immWait(DESTINATION)).toMatchObject({ code: 'throttled' });
    // No picture has changed: the window asks again for what it shows.
    expect(last()).toMatchObject({ itemIds: [], cut: true });
    const told = desk.changes.length;
    await desk.pass(9_000);
    await desk.imm.at(-1)?.answer(no('throttled'));
    await desk.pass(200);
    expect(desk.changes).toHaveLength(told);
    await desk.pass(9_000);
    await desk.imm.at(-1)?.answer(no('imm-unreachable'));
    await desk.pass(200);
    expect(last()).toMatchObject({ itemIds: [], cut: true });
    await desk.pass(9_000);
    // A refusal is about this picture: IMM is there.
    await desk.imm.at(-1)?.answer(no('object-gone'));
    await desk.pass(200);
    expect(desk.faces.immWait(DESTINATION)).toBeNull();
    expect(last()).toMatchObject({ counts: { failed: 1, waiting: 0 }, cut: true });
  });

  test('refused eight times a picture has failed; the others go on meanwhile', async () => {
    const batchId = await desk.uploaded(2);
    await desk.pass(200);
    const [bad, good] = [desk.imm[0], desk.imm[1]];
    await bad?.answer(no('server-refused'));
    await good?.answer(withFaces(0));
    expect(counts()).toMatchObject({ without: 1, waiting: 1 });
    for (let attempt = 2; attempt <= 8; attempt += 1) {
      if (attempt === 5) desk.crash();
      await desk.pass(60_000);
      await desk.imm.at(-1)?.answer(no('server-refused'));
    }
    await desk.pass(60_000);
    expect(desk.imMed(itemIdAt(batchId, 1))).toMatchObject({
      kind: 'failed',
      fault: { code: 'server-refused' },
    });
    expect(desk.imm).toHaveLength(4);
  });

  test.each([
    'imm-project-missing',
    'imm-no-permission',
    'imm-region',
    'picture-format',
    'object-gone',
    'clock-skew',
  ] as const)('%s is said at once, and the upload stays done', async (code) => {
    const batchId = await desk.uploaded(1);
    await desk.imm[0]?.answer(no(code));
    expect(desk.imMed(itemIdAt(batchId, 1))).toMatchObject({ kind: 'failed', fault: { code } });
    expect(desk.states(batchId)).toEqual(['done']);
    await desk.pass(120_000);
    expect(desk.imm).toHaveLength(1);
  });

  test('what IMM saw in another object under the key is not kept', async () => {
    const batchId = await desk.uploaded(1);
    desk.replaced.add('uploads/photos/2024/1.jpg');
    await desk.imm[0]?.answer(withFaces(3));
    expect(must(desk.store.faces.detail(itemIdAt(batchId, 1))).imm).toMatchObject({
      state: { kind: 'failed', fault: { code: 'object-gone' } },
      etag: 'ABC',
      faces: [],
      raw: '',
    });
    expect(desk.states(batchId)).toEqual(['done']);
  });

  test('of a destination where only a server signs by now wait, and bother no server', async () => {
    const batchId = await desk.uploaded(1, false);
    desk.profile = desk.profileWith(
      {},
      { authorization: { kind: 'post-policy', url: 'https://server/policy' } },
    );
    must(await desk.faces.ask('imm', { kind: 'all' }, () => true));
    await desk.pass(10_000);
    expect(desk.askedFor).toEqual([]);
    expect(desk.faces.immWait(DESTINATION)).toMatchObject({ code: 'credentials-missing' });
    expect(desk.imMed(itemIdAt(batchId, 1))).toEqual({ kind: 'waiting' });
  });

  test('wait while there are no credentials, and ask past the cache for those that were refused', async () => {
    desk.credentials = no('credentials-missing');
    await desk.uploaded(1);
    await desk.pass(100_000);
    expect(desk.imm).toEqual([]);
    expect(counts().waiting).toBe(1);
    desk.credentials = { ok: true, value: desk.token('two') };
    desk.faces.nudge();
    await settle();
    expect(desk.imm[0]?.credentials?.accessKeyId).toBe('two');
    desk.askedFor.length = 0;
    desk.credentials = { ok: true, value: desk.token('three') };
    await desk.imm[0]?.answer(no('token-expired'));
    await desk.pass(1_000);
    expect(desk.askedFor).toEqual([true]);
    expect(desk.imm[1]?.credentials?.accessKeyId).toBe('three');
    await desk.imm[1]?.answer(withFaces(1));
    expect(counts().with).toBe(1);
  });

  test('off means off, also for what was uploaded while it was on; asked by hand it is asked', async () => {
    desk.profile = desk.profileWith({ detect: 'off' });
    const batchId = await desk.uploaded(60);
    // At once, and not at the rate of questions.
    for (let turn = 0; turn < 60; turn += 1) await settle();
    expect(desk.imm).toEqual([]);
    expect(counts()).toMatchObject({ all: 0 });
    must(await desk.faces.ask('imm', { kind: 'items', itemIds: [itemIdAt(batchId, 2)] }, () => true));
    await settle();
    expect(desk.imm.map(({ of }) => of)).toEqual(['uploads/photos/2024/2.jpg']);
  });

  test('a place that is not there (any more) is not asked, and nothing is lost by it', async () => {
    desk.profile = null;
    await desk.uploaded(1);
    await desk.pass(1_000);
    expect(desk.imm).toEqual([]);
    desk.profile = desk.profileWith({ detect: 'after-upload' });
    await desk.pass(60_000);
    expect(desk.imm).toHaveLength(1);
  });

  test('an answer that the disk did not take is asked for again', async () => {
    await desk.uploaded(1);
    desk.bench.fillDisk(true);
    await desk.imm[0]?.answer({
      ok: true,
      value: { raw: JSON.stringify({ Faces: [], Pad: 'x'.repeat(100_000) }), answer: { Faces: [] } },
    });
    desk.bench.fillDisk(false);
    expect(counts().waiting).toBe(1);
    await desk.pass(2_000);
    await desk.imm[1]?.answer(withFaces(1));
    expect(counts().with).toBe(1);
  });
});

describe('what is told', () => {
  test('at most five changes a second, with ids and the counts of all', async () => {
    desk.profile = desk.profileWith({ detect: 'after-upload', perSecond: 50 });
    const batchId = await desk.uploaded(60);
    const began = desk.changes.length;
    const since = desk.bench.clock.now();
    while (counts().waiting > 0) {
      await desk.pass(20);
      for (const question of desk.imm) await question.answer(withFaces(1));
    }
    await desk.pass(200);
    const seconds = (desk.bench.clock.now() - since) / 1_000;
    expect(desk.changes.length - began).toBeLessThanOrEqual(Math.ceil(seconds * 5) + 1);
    expect(desk.changes.at(-1)?.counts).toMatchObject({ all: 60, with: 60, waiting: 0 });
    const ids = new Set(desk.changes.slice(began - 1).flatMap((change) => change.itemIds));
    expect(ids.has(itemIdAt(batchId, 60))).toBe(true);
    const revisions = desk.changes.map((change) => change.revision);
    expect(revisions).toEqual(revisions.map((_, index) => index + 1));
  });

  test('more than 200 at once are cut', async () => {
    await desk.uploaded(250, false);
    must(await desk.faces.ask('local', { kind: 'all' }, () => true));
    await desk.pass(200);
    expect(desk.changes.some((change) => change.cut && change.itemIds.length === 200)).toBe(true);
  });
});

describe('questions to this device', () => {
  test('are asked one at a time', async () => {
    const batchId = await desk.uploaded(3, false);
    must(await desk.faces.ask('local', { kind: 'all' }, () => true));
    await settle();
    expect(desk.local.map(({ of }) => of)).toEqual(['/data/photos/2024/1.jpg']);
    await desk.local[0]?.answer(seen(2));
    expect(desk.local).toHaveLength(2);
    expect(must(desk.store.faces.detail(itemIdAt(batchId, 1))).local).toMatchObject({
      image: { width: 100, height: 80 },
      faces: [{}, {}],
      etag: null,
      project: null,
    });
    await desk.local[1]?.answer(no('picture-format'));
    expect(counts()).toMatchObject({ with: 1, failed: 1, waiting: 1 });
    expect(desk.imm).toEqual([]);
  });

  test('a detector that was stopped, or stumbles, gets two more tries', async () => {
    await desk.uploaded(1, false);
    must(await desk.faces.ask('local', { kind: 'all' }, () => true));
    await settle();
    for (const code of ['canceled', 'internal', 'internal'] as const) {
      expect(counts().failed).toBe(0);
      await desk.local.at(-1)?.answer(no(code));
      await desk.pass(10_000);
    }
    expect(desk.local).toHaveLength(3);
    expect(counts().failed).toBe(1);
  });
});
