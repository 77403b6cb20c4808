/** From a file on the disk to the faces in it, by the sandbox's IMM, which looks into the bytes that were uploaded. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FacesDetail } from '../../../src/shared/faces';
import { itemIdAt, type BatchId } from '../../../src/shared/ids';
import { answerFaces } from '../../../src/host/faces/faces-calls';
import { CAT, FACE, isInside, middleOf, PORTRAIT, rectangleOf } from '../../fakes/pictures';
import { World, type TestFerry } from '../engine/harness';
import { profileFile, ensureCommand, run } from '../cli/command';

const asking = (world: World, imm: Record<string, unknown> = {}) => ({
  imm: { project: world.sandbox.immProject, endpoint: world.sandbox.imm, ...imm },
  faces: { detect: 'after-upload', perSecond: 50 },
});

async function detailOf(ferry: TestFerry, batchId: BatchId, position: number): Promise<FacesDetail> {
  const answer = await answerFaces(ferry.ferry, 'faces.detail', { itemId: itemIdAt(batchId, position) });
  if (!answer.ok || answer.value === null) throw new Error('There is no such item.');
  return answer.value as FacesDetail;
}

/** Uploads pictures, and waits until IMM has said what it says of each. */
async function looked(
  pictures: Readonly<Record<string, string>>,
  judge: (ferry: TestFerry, batchId: BatchId, world: World, answered: () => Promise<void>) => Promise<void>,
  profile: (world: World) => Record<string, unknown> = asking,
  rolePolicy?: string,
): Promise<void> {
  const world = await World.create(rolePolicy === undefined ? {} : { rolePolicy });
  try {
    mkdirSync(world.path('tree'), { recursive: true });
    for (const [name, file] of Object.entries(pictures)) copyFileSync(file, join(world.path('tree'), name));
    let heard: () => void = () => {};
    /** Every question has its answer, at a change after this was called. */
    const answered = (): Promise<void> => new Promise<void>((resolve) => (heard = resolve));
    const first = answered();
    const total = Object.keys(pictures).length;
    const ferry = await world.ferry({
      profile: profile(world),
      faces: {
        onChange: ({ counts }) => {
          if (counts.all === total && counts.waiting === 0) heard();
        },
      },
    });
    const batchId = await ferry.add('tree');
    await ferry.idle();
    await first;
    await judge(ferry, batchId, world, answered);
    expect(ferry.ended.map(({ end }) => end.kind)).toEqual(Object.keys(pictures).map(() => 'done'));
  } finally {
    await world.stop();
  }
}

const ANY_IMM = JSON.stringify({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: ['oss:*', 'imm:*'], Resource: ['*'] }],
});
const NO_IMM = JSON.stringify({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: ['oss:*'], Resource: ['acs:oss:*:*:sandbox/uploads/*'] }],
});

const ONLY_WRITE = JSON.stringify({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: ['oss:PutObject', 'imm:*'], Resource: ['*'] }],
});

describe('pictures that were uploaded', () => {
  it(
    'the portrait has one face, where it is; the cat has none; the command says the same',
    () =>
      looked({ 'a-portrait.jpg': PORTRAIT, 'b-cat.jpg': CAT }, async (ferry, batchId, world) => {
        const portrait = await detailOf(ferry, batchId, 1);
        expect(portrait.imm?.state.kind).toBe('found');
        expect(portrait.imm?.faces).toHaveLength(1);
        expect(isInside(middleOf(rectangleOf(portrait.imm!.faces[0]!)), FACE)).toBe(true);
        const cat = await detailOf(ferry, batchId, 2);
        expect([cat.imm?.state.kind, cat.imm?.faces.length]).toEqual(['found', 0]);
        await ensureCommand();
        const words = ['--profile', await profileFile(world, asking(world)), '--json'];
        const finished = await run(['faces', `oss://${world.sandbox.bucket}/${portrait.key}`, ...words]);
        expect([finished.code, finished.stderr]).toEqual([0, '']);
        const said = JSON.parse(finished.stdout) as { Faces: Record<string, unknown>[] };
        expect(said.Faces[0]).toMatchObject({ Boundary: portrait.imm!.faces[0]!.Boundary! });
      }),
    60_000,
  );

  it(
    'another object under the key is not taken for the one that was uploaded',
    () =>
      looked({ 'portrait.jpg': PORTRAIT }, async (ferry, batchId, world, answered) => {
        const { key, imm } = await detailOf(ferry, batchId, 1);
        expect(`"${imm?.etag}"`).toBe((await world.head(key))['etag']);
        await world.put(key, await readFile(CAT));
        const again = answered();
        await answerFaces(ferry.ferry, 'faces.ask', { source: 'imm', scope: { kind: 'all' } });
        await again;
        expect((await detailOf(ferry, batchId, 1)).imm).toMatchObject({
          state: {
            kind: 'failed',
            fault: { code: 'object-gone', message: expect.stringContaining(key) as string },
          },
          etag: imm?.etag,
          faces: [],
        });
      }),
    60_000,
  );

  it(
    'without the right to read them they are looked at all the same',
    () =>
      looked(
        { 'portrait.jpg': PORTRAIT },
        async (ferry, batchId) => {
          expect((await detailOf(ferry, batchId, 1)).imm).toMatchObject({ state: { kind: 'found' } });
        },
        asking,
        ONLY_WRITE,
      ),
    60_000,
  );

  for (const [name, code, profile, policy] of [
    [
      'a project that is not there',
      'imm-project-missing',
      (world: World) => asking(world, { project: 'other' }),
      ANY_IMM,
    ],
    ['a role that may not ask', 'imm-no-permission', asking, NO_IMM],
  ] as const)
    it(
      `${name}: said in words, the upload stays done`,
      () =>
        looked(
          { 'portrait.jpg': PORTRAIT },
          async (ferry, batchId) => {
            expect((await detailOf(ferry, batchId, 1)).imm?.state).toMatchObject({
              kind: 'failed',
              fault: { code },
            });
          },
          profile,
          policy,
        ),
      60_000,
    );
});
