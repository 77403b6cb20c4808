/** Ways that hold no credentials: URLs that the application server signs, and forms under its policy. */
import { appendFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { AskCredentials } from '../../../src/host/credentials/credentials-keeper';
import { askPostPolicy } from '../../../src/oss/grants/post-policy';
import { UrlServer } from '../../../src/oss/grants/url-server';
import { success } from '../../../src/shared/faults';
import { MINIMAL_ROLE } from '../../fakes/roles';
import { endOf, MIB, World, type FerrySettings } from './harness';

const KEY = 'uploads/file.bin';
const now = (): number => Date.now();

async function inWorld(
  judge: (world: World) => Promise<void>,
  options: Parameters<typeof World.create>[0] = {},
): Promise<void> {
  const world = await World.create(options);
  try {
    await judge(world);
  } finally {
    await world.stop();
  }
}

function bySignedUrl(world: World): FerrySettings {
  const url = world.tokenUrl.replace('/get_sts_token', '/sign_upload_url');
  const server = new UrlServer({ url, bearer: () => Promise.resolve(success(null)), now });
  return {
    profile: { authorization: { kind: 'signed-url', url } },
    ask: (_, fresh) => server.grant(fresh),
    askUploadUrls: (_, question, fresh) => server.ask(question, fresh),
  };
}

function byPolicy(world: World, version: 'v1' | 'v4' = 'v1'): FerrySettings {
  const url = world.tokenUrl.replace('/get_sts_token', `/get_post_policy?version=${version}`);
  const ask: AskCredentials = (_, fresh) => askPostPolicy({ url, fresh, now });
  return { profile: { authorization: { kind: 'post-policy', url } }, ask };
}

describe.concurrent('signed URLs', () => {
  it('carry small and large files, names of all kinds, and prove them; Complete is the server’s', () =>
    inWorld(async (world) => {
      const names = ['empty', 'a b+c%d#.txt', 'фото/图片 “1”.jpg', 'file.bin'];
      const bytes = await Promise.all(
        names.map((name, index) => world.write(`in/${name}`, [0, 7, 5_000, 120 * MIB][index] ?? 0)),
      );
      const ferry = await world.ferry(bySignedUrl(world));
      const ends = await ferry.upload('in');
      for (const [index, name] of names.entries()) {
        expect([name, endOf(ends.get(`uploads/in/${name}`))]).toEqual([name, 'done']);
        expect((await world.read(`uploads/in/${name}`)).equals(bytes[index] ?? Buffer.alloc(0))).toBe(true);
      }
      // 120 parts in blocks of fifty cost three questions and not 120.
      expect((await world.requests('UploadPart')).filter(({ status }) => status === 200)).toHaveLength(120);
      expect(await world.uploads()).toEqual([]);
    }));

  it('that expire are signed again, and what was sent is kept', () =>
    inWorld(
      async (world) => {
        const bytes = await world.write('file.bin', 40 * MIB);
        await world.faults(
          { operation: 'UploadPart', fault: 'expire-token', skip: 10, count: 1 },
          { operation: 'UploadPart', fault: 'delay', ms: 100 },
        );
        const ferry = await world.ferry(bySignedUrl(world));
        expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
        expect((await world.read(KEY)).equals(bytes)).toBe(true);
        expect((await world.requests('AssumeRole')).length).toBe(2);
        const sent = (await world.requests('UploadPart')).filter(({ status }) => status === 200);
        expect(sent).toHaveLength(40);
      },
      { tokenSeconds: 900 },
    ));

  it('go on after a crash with what the server lists', () =>
    inWorld(async (world) => {
      const bytes = await world.write('file.bin', 40 * MIB);
      await world.faults({ operation: 'UploadPart', fault: 'stall', afterBytes: 10, skip: 20 });
      const first = await world.ferry(bySignedUrl(world));
      await first.add('file.bin');
      await first.until(() => first.acknowledged() >= 12);
      await first.close();
      await world.faults();
      const second = await world.ferry(bySignedUrl(world));
      expect(endOf((await second.idle()).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
      const good = (await world.requests('UploadPart')).filter(({ status }) => status === 200);
      // Of some the answer was cut off with the first run: these are adopted, and none is sent twice.
      expect(new Set(good.map(({ partNumber }) => partNumber)).size).toBe(good.length);
      expect(await world.requests('ListParts')).not.toHaveLength(0);
    }));

  it('never overwrite unasked, and say that nothing could be compared', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 10);
      await world.put(KEY, Buffer.from('theirs'));
      const ferry = await world.ferry(bySignedUrl(world));
      expect(endOf((await ferry.upload('file.bin', { conflict: 'skip-identical' })).get(KEY))).toBe(
        'failed object-exists',
      );
      expect((await world.read(KEY)).toString()).toBe('theirs');
    }));

  it('of a server that refuses us wait for someone to act, nothing is sent, and "try now" asks again', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 10);
      const { askUploadUrls: askAllowed } = bySignedUrl(world);
      const url = await world.answering(401);
      const server = new UrlServer({ url, bearer: () => Promise.resolve(success(null)), now });
      let isAllowed = false;
      const ferry = await world.ferry({
        profile: { authorization: { kind: 'signed-url', url } },
        ask: (_, fresh) => server.grant(fresh),
        askUploadUrls: (id, question, fresh) =>
          isAllowed && askAllowed !== undefined
            ? askAllowed(id, question, fresh)
            : server.ask(question, fresh),
      });
      await ferry.add('file.bin');
      await ferry.until(() => ferry.ferry.waiting() !== null);
      expect(ferry.ferry.waiting()).toMatchObject({ fault: { code: 'token-refused' }, passes: false });
      expect(await world.requests()).toEqual([]);
      // The administrator has given the right, and nothing has changed here.
      isAllowed = true;
      await ferry.ferry.runner.command('resume', { kind: 'all' });
      expect(endOf((await ferry.idle()).get(KEY))).toBe('done');
    }));
});

describe.concurrent('post policies', () => {
  for (const version of ['v1', 'v4'] as const)
    it(`of ${version} carry every file in one form, proven by its CRC-64`, () =>
      inWorld(async (world) => {
        const names = ['empty', 'a b+c%d#.txt', 'фото/图片 “1”.jpg', 'file.bin'];
        const bytes = await Promise.all(
          names.map((name, index) => world.write(`in/${name}`, [0, 7, 5_000, 120 * MIB][index] ?? 0)),
        );
        await world.write('in/${filename}', 9);
        const ferry = await world.ferry(byPolicy(world, version));
        const ends = await ferry.upload('in');
        // OSS would expand it, and the object would be called otherwise.
        expect(endOf(ends.get('uploads/in/${filename}'))).toBe('failed name-refused');
        for (const [index, name] of names.entries()) {
          expect([name, endOf(ends.get(`uploads/in/${name}`))]).toEqual([name, 'done']);
          expect((await world.read(`uploads/in/${name}`)).equals(bytes[index] ?? Buffer.alloc(0))).toBe(true);
        }
        const operations = new Set((await world.requests()).map(({ operation }) => operation));
        expect(operations).toEqual(new Set(['AssumeRole', 'PostObject', 'GetObject']));
      }));

  it('need no more than the documents’ own role', () =>
    inWorld(
      async (world) => {
        const bytes = await world.write('file.bin', 20 * MIB);
        const ferry = await world.ferry(byPolicy(world));
        expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
        expect((await world.objects()).get(KEY)?.size).toBe(bytes.length);
      },
      { rolePolicy: MINIMAL_ROLE },
    ));

  it('a file that changes while its form is sent never becomes an object', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 30 * MIB);
      await world.faults({ operation: 'PostObject', fault: 'delay', ms: 50 });
      const ferry = await world.ferry(byPolicy(world));
      await ferry.add('file.bin');
      await ferry.until(() => ferry.ferry.runner.inFlight.size > 0);
      await appendFile(world.path('file.bin'), 'more');
      expect(endOf((await ferry.idle()).get(KEY))).toBe('source-changed source-changed');
      expect((await world.objects()).size).toBe(0);
    }));

  it('an object that is there already stays, and a lost answer is decided by what may be read', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 10);
      await world.write('other.bin', 10);
      await world.put(KEY, Buffer.from('theirs'));
      await world.faults({ operation: 'PostObject', fault: 'lose-answer', skip: 1, count: 1 });
      const ferry = await world.ferry({ ...byPolicy(world), connections: 1 });
      const ends = await ferry.upload(['file.bin', 'other.bin']);
      expect(endOf(ends.get(KEY))).toBe('failed object-exists');
      expect((await world.read(KEY)).toString()).toBe('theirs');
      // Reading is forbidden by form: nothing is guessed.
      expect(endOf(ends.get('uploads/other.bin'))).toBe('conflict cannot-tell');
    }));

  for (const [conflict, end, keys] of [
    ['never-overwrite', 'failed object-exists', [KEY]],
    // Reading is not allowed by form, so nothing is compared.
    ['skip-identical', 'failed object-exists', [KEY]],
    ['ask', 'conflict object-exists', [KEY]],
    ['keep-both', 'done', ['uploads/file (2).bin', KEY]],
  ] as const)
    it(`a key that is taken: ${conflict}`, () =>
      inWorld(async (world) => {
        await world.write('file.bin', 10);
        await world.put(KEY, Buffer.from('theirs'));
        const ferry = await world.ferry(byPolicy(world));
        const ends = await ferry.upload('file.bin', { conflict });
        expect(endOf(ends.get(conflict === 'keep-both' ? 'uploads/file (2).bin' : KEY))).toBe(end);
        expect([...(await world.objects()).keys()].sort()).toEqual(keys);
        expect((await world.read(KEY)).toString()).toBe('theirs');
      }));

  it('a connection that breaks sends the form again from its start', () =>
    inWorld(async (world) => {
      const bytes = await world.write('file.bin', 20 * MIB);
      await world.faults({ operation: 'PostObject', fault: 'reset', afterBytes: 5_000_000, count: 1 });
      const ferry = await world.ferry(byPolicy(world));
      expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
      expect(ferry.ferry.runner.sent.againBytes).toBeGreaterThan(0);
    }));
});
