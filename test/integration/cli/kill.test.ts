import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { MINIMAL_ROLE } from '../../fakes/roles';
import { World, type LogLine } from '../engine/harness';
import { ensureCommand, itemsOf, profileFile, run, RunningCommand, summaryOf } from './command';

beforeAll(ensureCommand);

const MB = 1_000_000;
const MIB = 1024 * 1024;
const PARTS = Math.ceil((100 * MB) / MIB);
const KILLS = 5;
const CONNECTIONS = 4;

function partsSent(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.filter(({ operation, status }) => operation === 'UploadPart' && status === 200);
}

it('killed five times in the middle of 100 MB it finishes, and sends again only what was in flight', async () => {
  const world = await World.create({ discard: true });
  try {
    await world.writeSparse('file.bin', 100 * MB);
    await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 80 });
    const usual = ['--profile', await profileFile(world), '--state', join(world.folder, 'state'), '--json'];
    const connections = ['--concurrency', `${CONNECTIONS}`];
    const starts = [
      ['upload', world.path('file.bin')],
      ...Array.from({ length: KILLS - 1 }, () => ['resume']),
    ];
    let inFlightAtKills = 0;
    for (const [kill, words] of starts.entries()) {
      const before = partsSent(await world.requests()).length;
      const command = new RunningCommand([...words, ...usual, ...connections], {});
      await world.untilRequests('UploadPart', before + 10 + kill);
      command.child.kill('SIGKILL');
      expect((await command.finished).signal).toBe('SIGKILL');
      const lines = await world.requests();
      expect(partsSent(lines).length).toBeLessThan(PARTS);
      expect(lines.filter(({ operation }) => operation === 'InitiateMultipartUpload')).toHaveLength(1);
      inFlightAtKills += CONNECTIONS;
    }
    await world.faults();
    const last = await run(['resume', ...usual, ...connections]);
    expect([last.code, last.stderr]).toEqual([0, '']);
    const crc64 = (await world.objects()).get('uploads/file.bin')?.crc64;
    expect(itemsOf(last)).toMatchObject([{ state: 'done', bytes: 100 * MB, crc64 }]);
    expect(await world.uploads()).toEqual([]);
    const sent = partsSent(await world.requests());
    expect(new Set(sent.map(({ partNumber }) => partNumber)).size).toBe(PARTS);
    const twice = sent.length - PARTS;
    expect(twice).toBeLessThanOrEqual(inFlightAtKills);
    const { resentBytes, sentBytes } = summaryOf(last);
    expect(Number(resentBytes)).toBeLessThanOrEqual(inFlightAtKills * MIB);
    expect(Number(resentBytes)).toBeLessThanOrEqual(Number(sentBytes));
    // Parts that arrived although their answer was never noted are adopted, not sent again.
    expect(twice).toBe(0);
  } finally {
    await world.stop();
  }
});

it('killed while nobody may list parts, it sends again what was in flight and no more', async () => {
  const world = await World.create({ discard: true, rolePolicy: MINIMAL_ROLE });
  try {
    await world.writeSparse('file.bin', 40 * MB);
    await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 80 });
    const usual = ['--profile', await profileFile(world), '--state', join(world.folder, 'state'), '--json'];
    const connections = ['--concurrency', `${CONNECTIONS}`];
    const command = new RunningCommand(['upload', world.path('file.bin'), ...usual, ...connections], {});
    await world.untilRequests('UploadPart', 12);
    command.child.kill('SIGKILL');
    await command.finished;
    await world.faults();
    const last = await run(['resume', ...usual]);
    expect(last.code).toBe(0);
    const sent = partsSent(await world.requests());
    const parts = Math.ceil((40 * MB) / MIB);
    // What was acknowledged in the last 50 ms is not yet on the disk; four in flight, 80 ms each.
    expect(sent.length - parts).toBeLessThanOrEqual(2 * CONNECTIONS);
    const { resentBytes } = summaryOf(last);
    expect(Number(resentBytes)).toBeGreaterThan(0);
    expect(Number(resentBytes)).toBeLessThanOrEqual(2 * CONNECTIONS * MIB);
    expect(await world.uploads()).toEqual([]);
  } finally {
    await world.stop();
  }
});
