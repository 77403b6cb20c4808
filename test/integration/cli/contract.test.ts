import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { World } from '../engine/harness';
import { temporaryKeys } from '../sandbox/cloud';
import { ensureCommand, itemsOf, profileFile, run, RunningCommand, summaryOf } from './command';

beforeAll(ensureCommand);

interface Place {
  readonly world: World;
  /** `--profile FILE --state DIR --json` */
  readonly usual: readonly string[];
}

async function inWorld(judge: (place: Place) => Promise<void>): Promise<void> {
  const world = await World.create();
  try {
    const state = join(world.folder, 'state');
    await judge({ world, usual: ['--profile', await profileFile(world), '--state', state, '--json'] });
  } finally {
    await world.stop();
  }
}

const MIB = 1024 * 1024;
const ITEM_FIELDS = ['event', 'key', 'path', 'state', 'bytes', 'crc64', 'etag'];

describe.concurrent('upload --json', () => {
  it('tells each file once with the CRC-64 and ETag of the cloud, then the summary, and exits 0', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('photos/2024/a.jpg', 1000);
      await world.write('photos/empty.txt', 0);
      await world.write('photos/日本.bin', 17 * MIB);
      await world.write('single.txt', 3);
      const finished = await run(['upload', world.path('photos'), world.path('single.txt'), ...usual]);
      expect([finished.code, finished.stderr]).toEqual([0, '']);
      const lines = await world.objectLines();
      const expected = lines.map(({ key, size, crc64, etag }) => ({
        event: 'item',
        key,
        path: world.path(key.replace('uploads/', '')),
        state: 'done',
        bytes: size,
        crc64,
        etag: etag.replaceAll('"', ''),
      }));
      const items = [...itemsOf(finished)].sort((one, other) =>
        String(one['key']) < String(other['key']) ? -1 : 1,
      );
      expect(items).toEqual(expected);
      expect(items.map((item) => Object.keys(item))).toEqual(expected.map(() => ITEM_FIELDS));
      expect(lines.map(({ key }) => key)).toEqual([
        'uploads/photos/2024/a.jpg',
        'uploads/photos/empty.txt',
        'uploads/photos/日本.bin',
        'uploads/single.txt',
      ]);
      expect(summaryOf(finished)).toEqual({
        event: 'summary',
        items: 4,
        done: 4,
        skipped: 0,
        failed: 0,
        canceled: 0,
        conflict: 0,
        sourceChanged: 0,
        untold: 0,
        bytes: 17 * MIB + 1003,
        sentBytes: 17 * MIB + 1003,
        resentBytes: 0,
        seconds: expect.any(Number) as number,
      });
      expect(finished.events.filter(({ event }) => event === 'summary')).toHaveLength(1);
    }));

  it('tells progress at most once a second', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('file.bin', 24 * MIB);
      await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 500 });
      const finished = await run(['upload', world.path('file.bin'), ...usual, '--concurrency', '4']);
      expect(finished.code).toBe(0);
      const { seconds } = summaryOf(finished);
      const progress = finished.events.filter(({ event }) => event === 'progress');
      expect(progress.length).toBeGreaterThanOrEqual(1);
      expect(progress.length).toBeLessThanOrEqual(Number(seconds) + 1);
      expect(progress[0]).toMatchObject({ items: 1, ended: 0, bytes: 24 * MIB });
      const requests = (await world.requests('UploadPart')).map((line) => Date.parse(line.at));
      // Four at once, half a second each: 24 parts arrive in no fewer than six waves.
      expect(Math.max(...requests) - Math.min(...requests)).toBeGreaterThanOrEqual(2_000);
    }));

  it('--prefix goes before the profile, --conflict says what happens to what is there', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('a.txt', Buffer.from('ours'));
      const upload = (conflict: string, count: number) =>
        run([
          ...['upload', world.path('a.txt'), ...usual, '--prefix', 'uploads/deep', '--conflict', conflict],
          ...['--state', join(world.folder, `state ${count}`)],
        ]);
      expect((await upload('never-overwrite', 1)).code).toBe(0);
      expect([...(await world.objects()).keys()]).toEqual(['uploads/deep/a.txt']);
      const refused = await upload('never-overwrite', 2);
      expect(refused.code).toBe(1);
      expect(itemsOf(refused)).toMatchObject([
        {
          state: 'failed',
          bytes: 4,
          fault: {
            code: 'object-exists',
            ossCode: 'FileAlreadyExists',
            requestId: expect.stringMatching(/^[0-9A-F]{24}$/) as string,
          },
        },
      ]);
      expect(summaryOf(refused)).toMatchObject({ items: 1, done: 0, failed: 1 });
      const skipped = await upload('skip-identical', 3);
      expect([skipped.code, itemsOf(skipped)[0]?.['state']]).toEqual([0, 'skipped']);
      await world.write('a.txt', Buffer.from('other'));
      const asked = await upload('ask', 4);
      expect([asked.code, itemsOf(asked)[0]?.['state']]).toEqual([1, 'failed']);
      expect((await upload('skip-identical', 5)).code).toBe(0);
      expect((await world.read('uploads/deep/a.txt')).toString()).toBe('other');
      await world.write('a.txt', Buffer.from('third'));
      expect((await upload('overwrite', 6)).code).toBe(0);
      expect((await world.read('uploads/deep/a.txt')).toString()).toBe('third');
    }));

  it('tells what cannot be sent, and exits 1', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('tree/good.txt', 10);
      await world.fifo('tree/pipe');
      const finished = await run(['upload', world.path('tree'), ...usual]);
      expect(finished.code).toBe(1);
      expect(itemsOf(finished)).toHaveLength(2);
      expect(itemsOf(finished)).toContainEqual({
        event: 'item',
        key: 'uploads/tree/pipe',
        path: world.path('tree/pipe'),
        state: 'failed',
        bytes: 0,
        fault: {
          code: 'source-unreadable',
          message: expect.stringContaining('neither a file nor a folder') as string,
        },
      });
      expect(summaryOf(finished)).toMatchObject({ items: 2, done: 1, failed: 1 });
    }));
});

describe.concurrent('stopping and going on', () => {
  it('SIGINT stops cleanly with 130; upload of the same files joins what is unfinished; status tells of it', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('tree/file.bin', 24 * MIB);
      await world.write('tree/small.txt', 10);
      await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 200 });
      const first = new RunningCommand(['upload', world.path('tree'), ...usual, '--concurrency', '4'], {});
      await first.told(({ event, verifiedBytes }) => event === 'progress' && Number(verifiedBytes) > 4 * MIB);
      first.child.kill('SIGINT');
      const stopped = await first.finished;
      expect([stopped.code, stopped.stderr]).toEqual([130, '']);
      expect(summaryOf(stopped)).toMatchObject({ failed: 0 });
      const state = usual[3] ?? '';
      const status = await run(['status', '--state', state, '--json']);
      expect(status.code).toBe(0);
      expect(status.events).toMatchObject([
        {
          event: 'summary',
          items: 2,
          done: 1,
          failed: 0,
          waiting: 1,
          bytes: 24 * MIB + 10,
          batches: [{ name: 'tree', items: 2 }],
        },
      ]);
      const acknowledged = (await world.requests('UploadPart')).filter((line) => line.status === 200).length;
      await world.faults();
      const second = await run(['upload', world.path('tree'), ...usual]);
      expect(second.code).toBe(0);
      expect(itemsOf(second).map((item) => item['key'])).toEqual(['uploads/tree/file.bin']);
      const all = (await world.requests('UploadPart')).filter((line) => line.status === 200).length;
      expect(all).toBeLessThanOrEqual(24 + 4);
      expect(Number(summaryOf(second)['sentBytes'])).toBeLessThanOrEqual((24 - acknowledged + 4) * MIB);
      expect(await world.uploads()).toEqual([]);
      const after = await run(['status', '--state', state, '--json']);
      expect(after.events).toMatchObject([{ items: 2, done: 2, waiting: 0, batches: [{}] }]);
      expect((after.events[0]?.['batches'] as unknown[]).length).toBe(1);
    }));

  it('a second command on the same folder is refused in one sentence', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('file.bin', 20 * MIB);
      await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 300 });
      const first = new RunningCommand(
        ['upload', world.path('file.bin'), ...usual, '--concurrency', '4'],
        {},
      );
      await first.told(({ event }) => event === 'progress');
      const second = await run(['resume', ...usual]);
      expect([second.code, second.stdout]).toEqual([2, '']);
      expect(second.stderr).toMatch(
        /^The queue in .* is in use by another OSS Ferry; close that one first\.\n$/,
      );
      expect((await run(['status', '--state', usual[3] ?? '', '--json'])).code).toBe(0);
      await world.faults();
      expect((await first.finished).code).toBe(0);
    }));

  it('another destination on the same folder is exit 2, and nothing is sent there', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('file.bin', 20 * MIB);
      await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 200 });
      const first = new RunningCommand(
        ['upload', world.path('file.bin'), ...usual, '--concurrency', '2'],
        {},
      );
      await first.told(({ event }) => event === 'progress');
      first.child.kill('SIGINT');
      expect((await first.finished).code).toBe(130);
      await world.faults();
      const stoppedAt = new Date().toISOString();
      const other = await profileFile(world, { bucket: 'other-bucket' }, 'other');
      for (const words of [['resume'], ['upload', world.path('file.bin')]]) {
        const refused = await run([...words, '--profile', other, ...usual.slice(2)]);
        expect([refused.code, refused.stdout]).toEqual([2, '']);
        expect(refused.stderr).toMatch(
          /^The queue belongs to bucket sandbox at .*, not to bucket other-bucket at .*\.\n$/,
        );
      }
      expect((await world.requests()).filter(({ at }) => at > stoppedAt)).toEqual([]);
      const resumed = await run(['resume', ...usual]);
      expect([resumed.code, itemsOf(resumed)[0]?.['state']]).toEqual([0, 'done']);
    }));

  it('resume of a folder in which nothing is left to do exits 0', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('file.bin', 10);
      await run(['upload', world.path('file.bin'), ...usual]);
      const resumed = await run(['resume', ...usual]);
      expect([resumed.code, resumed.stderr]).toEqual([0, '']);
      expect(summaryOf(resumed)).toMatchObject({ items: 0, sentBytes: 0 });
    }));
});

describe.concurrent('resume after a failure', () => {
  it('sends again what had failed, so that its exit code speaks for the whole folder', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('file.bin', 10);
      const denied = { operation: 'PutObject', fault: 'status', status: 403, code: 'AccessDenied' };
      await world.faults(denied);
      const refused = await run(['upload', world.path('file.bin'), ...usual]);
      expect([refused.code, itemsOf(refused)[0]?.['state']]).toEqual([1, 'failed']);
      expect((await run(['resume', ...usual])).code).toBe(1);
      await world.faults();
      const resumed = await run(['resume', ...usual]);
      expect([resumed.code, itemsOf(resumed)[0]?.['state']]).toEqual([0, 'done']);
    }));
});

/** Nobody listens on port 1. */
const SILENT = { kind: 'token-server', url: 'http://127.0.0.1:1/get_sts_token' };

describe.concurrent('waiting', () => {
  it('for the network ends with 1 after --max-wait, and the queue is kept', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('file.bin', 20 * MIB);
      await world.faults({ operation: 'UploadPart', fault: 'drop' });
      const finished = await run(['upload', world.path('file.bin'), ...usual, '--max-wait', '3s']);
      expect([finished.code, finished.stderr]).toEqual([1, '']);
      expect(finished.events.find(({ event }) => event === 'waiting')).toMatchObject({
        reason: 'offline',
        fault: { code: 'connection-lost' },
      });
      expect(itemsOf(finished)).toEqual([]);
      await world.faults();
      const resumed = await run(['resume', ...usual]);
      expect([resumed.code, itemsOf(resumed)[0]?.['state']]).toEqual([0, 'done']);
    }));

  it('for a token server that does not answer ends with 3 after --max-wait', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('file.bin', 10);
      await world.faults({ operation: 'AssumeRole', fault: 'status', status: 500 });
      const finished = await run(['upload', world.path('file.bin'), ...usual, '--max-wait', '4s']);
      expect(finished.code).toBe(3);
      const waits = finished.events.filter(({ event }) => event === 'waiting');
      expect(waits).toMatchObject([{ reason: 'credentials', fault: { code: 'token-server' } }]);
    }));

  it('for the network that was never there ends with 1, although the token server is the first to be missed', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('file.bin', 10);
      const nowhere = { endpoint: 'http://oss-cn-hangzhou.localhost:1', authorization: SILENT };
      const profile = await profileFile(world, nowhere, 'nowhere');
      const words = ['upload', world.path('file.bin'), '--profile', profile, ...usual.slice(2)];
      const finished = await run([...words, '--max-wait', '3s']);
      expect([finished.code, finished.stderr]).toEqual([1, '']);
      const waits = finished.events.filter(({ event }) => event === 'waiting');
      expect(waits).toMatchObject([{ reason: 'offline', fault: { code: 'network-offline' } }]);
    }));

  it('for a token server that is silent, while OSS answers, ends with 3', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('file.bin', 10);
      const profile = await profileFile(world, { authorization: SILENT }, 'silent');
      const words = ['upload', world.path('file.bin'), '--profile', profile, ...usual.slice(2)];
      const finished = await run([...words, '--max-wait', '3s']);
      expect(finished.code).toBe(3);
      const waits = finished.events.filter(({ event }) => event === 'waiting');
      expect(waits).toMatchObject([{ reason: 'credentials', fault: { code: 'token-server-silent' } }]);
    }));

  for (const status of [401, 403])
    it(`a token server that answers ${status} ends it with 3 at once`, () =>
      inWorld(async ({ world, usual }) => {
        await world.write('file.bin', 10);
        const url = await world.answering(status);
        const profile = await profileFile(
          world,
          { authorization: { kind: 'token-server', url } },
          'refusing',
        );
        const finished = await run([
          'upload',
          world.path('file.bin'),
          '--profile',
          profile,
          ...usual.slice(2),
        ]);
        expect(finished.code).toBe(3);
        expect(finished.events[0]).toMatchObject({
          event: 'waiting',
          reason: 'credentials',
          fault: { code: 'token-refused' },
        });
        expect(summaryOf(finished)).toMatchObject({ items: 0 });
      }));

  it('temporary credentials of the environment serve; missing or expired they end it with 3', () =>
    inWorld(async ({ world, usual }) => {
      await world.write('file.bin', 10);
      const profile = await profileFile(world, { authorization: { kind: 'temporary' } }, 'temporary');
      const words = ['upload', world.path('file.bin'), '--profile', profile, ...usual.slice(2)];
      const missing = await run(words);
      expect(missing.code).toBe(3);
      expect(JSON.stringify(missing.events)).toContain('OSS_ACCESS_KEY_ID');
      const keys = await temporaryKeys(world.sandbox);
      const environment = {
        OSS_ACCESS_KEY_ID: keys.accessKeyId,
        OSS_ACCESS_KEY_SECRET: keys.accessKeySecret,
        OSS_SESSION_TOKEN: keys.stsToken,
      };
      await world.faults({ operation: 'PutObject', fault: 'expire-token', count: 1 });
      const expired = await run(words, environment);
      expect(expired.code).toBe(3);
      expect(itemsOf(expired)).toEqual([]);
      for (const secret of Object.values(environment))
        expect(expired.stdout + expired.stderr).not.toContain(secret);
      const fresh = await temporaryKeys(world.sandbox);
      const finished = await run(['resume', '--profile', profile, ...usual.slice(2)], {
        OSS_ACCESS_KEY_ID: fresh.accessKeyId,
        OSS_ACCESS_KEY_SECRET: fresh.accessKeySecret,
        OSS_SESSION_TOKEN: fresh.stsToken,
      });
      expect([finished.code, itemsOf(finished)[0]?.['state']]).toEqual([0, 'done']);
    }));
});
