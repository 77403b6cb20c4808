import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verdictOf } from '../../../../src/host/faces/ingest-rule';
import { itemIdAt } from '../../../../src/shared/ids';
import type { FaceQuestion, IngestRule } from '../../../../src/store/faces/faces-types';
import { DESTINATION, must } from '../../../fakes/queue-samples';
import { FacesBench, no, seen, settle } from './faces-fixture';

let desk: FacesBench;
beforeEach(() => {
  desk = new FacesBench();
});
afterEach(() => desk.dispose());

const RULE: IngestRule = { ask: false, tag: true, prefix: 'people/' };
const held = (files: number, rule = RULE) => desk.batch(files, { detect: false, ingest: rule }, true);
const work = async () =>
  must(await desk.store.loadWork(DESTINATION, 0, 10)).map(({ key, tagging }) => [key, tagging]);

test('looks at one after the other; what was decided is told before the picture may be sent', async () => {
  const batchId = held(2);
  await settle();
  expect(desk.local).toHaveLength(1);
  expect(desk.log).toContain('held 2');
  await desk.pass(200);
  desk.log.length = 0;
  await desk.local[0]?.answer(seen(2));
  expect(await work()).toEqual([]);
  expect(must(desk.store.faces.detail(itemIdAt(batchId, 1))).decision).toEqual({
    faces: 2,
    asks: false,
    tag: 'faces=2',
    key: 'people/photos/2024/1.jpg',
  });
  await desk.pass(200);
  expect(desk.log).toEqual(['decided 2 to people/photos/2024/1.jpg', 'told 1', 'freed 1', 'held 1']);
  expect(await work()).toEqual([['people/photos/2024/1.jpg', 'faces=2']]);
  await desk.local[1]?.answer(seen(0));
  await desk.pass(200);
  expect(await work()).toEqual([
    ['people/photos/2024/1.jpg', 'faces=2'],
    ['uploads/photos/2024/2.jpg', 'faces=0'],
  ]);
  expect(desk.log.at(-1)).toBe('held 0');
});

test('a kill at any moment: looked at again, or let go as it was decided', async () => {
  const batchId = held(2);
  await settle();
  await desk.local[0]?.answer(seen(1));
  desk.crash();
  await desk.pass(200);
  expect(await work()).toEqual([['people/photos/2024/1.jpg', 'faces=1']]);
  expect(desk.local.map(({ of }) => of)).toEqual(['/data/photos/2024/2.jpg']);
  desk.crash();
  await settle();
  expect(desk.local.map(({ of }) => of)).toEqual(['/data/photos/2024/2.jpg']);
  await desk.local[0]?.answer(seen(1));
  await desk.pass(200);
  expect(desk.states(batchId)).toEqual(['waiting', 'waiting']);
});

test('a detector that fails lets the picture go as usual, with the reason beside it', async () => {
  const batchId = held(1);
  await settle();
  await desk.local[0]?.answer(no('picture-unreadable'));
  expect(desk.log).toContain('decided picture-unreadable to uploads/photos/2024/1.jpg');
  await desk.pass(200);
  expect(await work()).toEqual([['uploads/photos/2024/1.jpg', null]]);
  const detail = must(desk.store.faces.detail(itemIdAt(batchId, 1)));
  expect(detail.decision).toBeNull();
  expect(detail.local?.state).toMatchObject({ kind: 'failed', fault: { code: 'picture-unreadable' } });
});

test('a rule that asks waits for the answer, by the rule or as usual', async () => {
  const batchId = held(2, { ...RULE, ask: true });
  await settle();
  await desk.local[0]?.answer(seen(1));
  await desk.local[1]?.answer(seen(3));
  await desk.pass(200);
  expect(desk.states(batchId)).toEqual(['paused faces', 'paused faces']);
  expect(desk.log).toContain('held 0');
  expect(must(desk.faces.decide([itemIdAt(batchId, 1)], 'as-usual'))).toEqual({ affected: 1 });
  expect(must(desk.faces.decide([itemIdAt(batchId, 2)], 'by-rule'))).toEqual({ affected: 1 });
  expect(await work()).toEqual([]);
  await desk.pass(200);
  expect(await work()).toEqual([
    ['uploads/photos/2024/1.jpg', null],
    ['people/photos/2024/2.jpg', 'faces=3'],
  ]);
});

test('where nobody can be asked it ends as failed, and asked again it fails again', async () => {
  desk.dispose();
  desk = new FacesBench(false);
  const batchId = held(1, { ...RULE, ask: true });
  await settle();
  expect(desk.log.at(-1)).toBe('held 1');
  await desk.local[0]?.answer(seen(2));
  expect(desk.states(batchId)).toEqual(['failed']);
  expect(desk.refused).toMatchObject([
    { key: 'uploads/photos/2024/1.jpg', sizeBytes: 1_000, fault: { code: 'faces-undecided' } },
  ]);
  expect(desk.refused[0]?.fault.message).toContain('2 faces');
  expect(desk.log.at(-1)).toBe('held 0');
  must(await desk.store.command('retry', { kind: 'all' }, []));
  desk.faces.wake();
  expect(desk.states(batchId)).toEqual(['failed']);
  expect(desk.refused).toHaveLength(2);
});

describe('the rule', () => {
  const question = (rule: IngestRule, more: Partial<FaceQuestion> = {}): FaceQuestion => ({
    itemId: 1 as never,
    source: 'local',
    destinationId: DESTINATION,
    automatic: true,
    attempts: 0,
    key: 'uploads/trip/a.jpg' as never,
    sourcePath: '/a.jpg',
    etag: null,
    crc64: null,
    uploaded: false,
    ingest: { rule, batchPrefix: 'uploads/', normalizeNames: 'as-is' },
    ...more,
  });

  test.each([
    [{ ask: false, tag: false }, 2, { kind: 'go', faces: 2, tag: null, key: null }],
    [{ ask: false, tag: true }, 0, { kind: 'go', faces: 0, tag: 'faces=0', key: null }],
    [{ ask: true, tag: true, prefix: 'p/' }, 0, { kind: 'go', faces: 0, tag: 'faces=0', key: null }],
    [{ ask: true, tag: false, prefix: 'p/' }, 1, { kind: 'ask', faces: 1, tag: null, key: 'p/trip/a.jpg' }],
    [{ ask: false, tag: true, prefix: '' }, 1, { kind: 'go', faces: 1, tag: 'faces=1', key: 'trip/a.jpg' }],
    [{ ask: true, tag: true, prefix: 'p/' }, null, { kind: 'go', faces: null, tag: null, key: null }],
  ])('%j of %s faces makes %j', (rule, faces, expected) => {
    expect(verdictOf(question(rule), faces)).toEqual(expected);
  });

  test('makes nothing of a picture that it does not hold', () => {
    expect(verdictOf(question(RULE, { ingest: null }), 2)).toBeNull();
  });

  test('refuses a picture whose key below the other prefix would be too long, and never sends it elsewhere', async () => {
    const long = question(
      { ...RULE, prefix: `${'p'.repeat(900)}/` },
      { key: `uploads/${'k'.repeat(200)}` as never },
    );
    expect(verdictOf(long, 1)).toMatchObject({ kind: 'refuse', fault: { code: 'name-refused' } });
    const batchId = held(1, { ...RULE, prefix: `${'p'.repeat(1_010)}/` });
    await settle();
    await desk.local[0]?.answer(seen(1));
    expect(desk.states(batchId)).toEqual(['failed']);
    expect(desk.refused).toMatchObject([{ fault: { code: 'name-refused' } }]);
  });
});
