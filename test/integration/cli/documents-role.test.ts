/** The role of Alibaba's documents (oss:PutObject on uploads/* and nothing else) with the built command: what it can, and what not. */
import { randomBytes } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { MINIMAL_ROLE } from '../../fakes/roles';
import { MIB, World } from '../engine/harness';
import { crc64 } from '../oss/crc64';
import { ensureCommand, itemsOf, profileFile, run, RunningCommand, summaryOf } from './command';

const SIZE = 120_000_000;
const PARTS = Math.ceil(SIZE / MIB);
const SENT = 60;
const FILE = 'file.bin';
const KEY = `uploads/${FILE}`;

let world: World;
beforeAll(ensureCommand);
beforeEach(async () => {
  world = await World.create({ rolePolicy: MINIMAL_ROLE });
});
afterEach(() => world.stop());

const stateOf = (name: string): string => join(world.folder, name);

/** Parts from the 61st on stay on their way; resolves when the first 60 are on the disk of the queue. */
async function untilHalfIsKept(state: string): Promise<void> {
  for (;;) {
    const { events } = await run(['status', '--state', state, '--json']);
    if (events[0]?.['verifiedBytes'] === SENT * MIB) return;
  }
}

async function partsStored(): Promise<readonly (number | null)[]> {
  const lines = await world.requests('UploadPart');
  return lines.filter(({ status }) => status === 200).map(({ partNumber }) => partNumber);
}

it('120 MB are uploaded, killed in the middle, resumed and verified, and no part is stored twice', async () => {
  const bytes = await world.write(FILE, randomBytes(SIZE));
  const usual = ['--profile', await profileFile(world), '--state', stateOf('queue'), '--json'];
  await world.faults({ operation: 'UploadPart', fault: 'stall', afterBytes: 1000, skip: SENT });
  const command = new RunningCommand(['upload', world.path(FILE), ...usual, '--concurrency', '4'], {});
  await untilHalfIsKept(stateOf('queue'));
  command.child.kill('SIGKILL');
  expect((await command.finished).signal).toBe('SIGKILL');
  expect(await partsStored()).toHaveLength(SENT);
  await world.faults();
  const resumed = await run(['resume', ...usual]);
  expect([resumed.code, resumed.stderr]).toEqual([0, '']);
  const proof = crc64(bytes);
  expect(itemsOf(resumed)).toMatchObject([{ key: KEY, state: 'done', bytes: SIZE, crc64: proof }]);
  expect((await world.objects()).get(KEY)).toMatchObject({ size: SIZE, crc64: proof });
  expect((await world.read(KEY)).equals(bytes)).toBe(true);
  const stored = await partsStored();
  expect([stored.length, new Set(stored).size]).toEqual([PARTS, PARTS]);
  const { sentBytes, resentBytes } = summaryOf(resumed);
  expect(sentBytes).toBe(SIZE - SENT * MIB);
  // The four that were on their way when it was killed.
  expect(Number(resentBytes)).toBeGreaterThan(0);
  expect(Number(resentBytes)).toBeLessThanOrEqual(4 * MIB);
  // It was never allowed to look, and needed no other right.
  const refused = (await world.requests()).filter(({ status }) => status === 403);
  expect(new Set(refused.map(({ operation }) => operation))).toEqual(new Set(['ListParts']));
  expect(await world.uploads()).toEqual([]);
});

it('skip-identical cannot compare, replaces nothing, and names the right that it lacks', async () => {
  const bytes = await world.write('note.txt', 100);
  await world.put('uploads/note.txt', bytes);
  const profile = await profileFile(world);
  const words = ['upload', world.path('note.txt'), '--profile', profile, '--state', stateOf('skip')];
  const finished = await run([...words, '--conflict', 'skip-identical', '--json']);
  expect(finished.code).toBe(1);
  expect(itemsOf(finished)).toMatchObject([
    {
      state: 'failed',
      fault: {
        code: 'object-exists',
        message:
          'There is an object "uploads/note.txt" already. It could not be compared, because this sign-in may not read it (that takes oss:GetObject).',
      },
    },
  ]);
});

it('faces in the bucket are not to be had, and the right is named', async () => {
  await world.put('uploads/picture.jpg', await readFile('test/fixtures/pictures/portrait.jpg'));
  const imm = { project: world.sandbox.immProject, endpoint: world.sandbox.imm };
  const profile = await profileFile(world, { imm });
  const { code, stdout, stderr } = await run([
    'faces',
    'oss://sandbox/uploads/picture.jpg',
    '--profile',
    profile,
  ]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/may not call imm:DetectImageFaces on the project "sandbox".*imm-no-permission/);
});

it('what cannot be aborted is told, with the rights to ask for and the remedy without them', async () => {
  await world.write(FILE, 20 * MIB);
  const usual = ['--profile', await profileFile(world), '--state', stateOf('left')];
  await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 100 });
  const command = new RunningCommand(['upload', world.path(FILE), ...usual, '--concurrency', '2'], {});
  await world.untilRequests('UploadPart', 4);
  await appendFile(world.path(FILE), 'and more');
  const words =
    /^Of 1 file parts may be left in the bucket, .*ask for oss:AbortMultipartUpload and oss:ListMultipartUploads, or for a lifecycle rule/m;
  const { code, stderr } = await command.finished;
  expect(code).toBe(1);
  expect(stderr).toMatch(words);
  expect((await run(['status', '--state', stateOf('left')])).stdout).toMatch(words);
  const { events } = await run(['status', '--state', stateOf('left'), '--json']);
  expect(events[0]).toMatchObject({ sourceChanged: 1, possibleOrphans: 1 });
});

it('doctor says what does not work without the other rights, and gives the statement to ask for', async () => {
  const { code, stdout } = await run(['doctor', '--profile', await profileFile(world)]);
  expect(code).toBe(0);
  expect(stdout).toContain('skip-identical acts as never-overwrite, and verify and faces do not work');
  expect(stdout).toMatch(/Abort an upload.*\n.*\n.*Parts of uploads that are canceled stay in the bucket/);
  expect(stdout).toContain('"Action": ["oss:GetObject", "oss:ListParts", "oss:AbortMultipartUpload"]');
  expect(stdout).toContain('"Resource": ["acs:oss:*:*:sandbox/uploads/*"]');
});
