/** Upload callbacks, from the profile to the server that is called: told, not told, told again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendCallbackReplay } from '../../../src/host/destinations/callback-replays';
import { sendCallbackReplay } from '../../../src/oss/grants/callback-replay';
import { askPostPolicy } from '../../../src/oss/grants/post-policy';
import { UrlServer } from '../../../src/oss/grants/url-server';
import { success } from '../../../src/shared/faults';
import { CallbackServer, withoutCrc } from './callback-server';
import { MINIMAL_ROLE } from '../../fakes/roles';
import { endOf, MIB, World, type FerrySettings } from './harness';

const SMALL = 700_000;
const LARGE = 20 * MIB + 5;
const KEY = 'uploads/照片 & 1.bin';
const BODY = 'key=${object}&size=${size}&crc=${crc64}&by=${x:by}&op=${operation}';

let world: World;
let server: CallbackServer;
const now = (): number => Date.now();
afterEach(async () => {
  await server.stop();
  await world.stop();
});

const callback = (): object => ({
  url: server.url,
  body: BODY,
  variables: { 'x:by': '李 & co' },
  noticeUrl: server.at('/notice'),
});
const notices: SendCallbackReplay = (_id, notice) =>
  sendCallbackReplay({ url: server.at('/notice'), bearer: null, notice, allowInsecure: false, now });

/** The ways that carry a callback of the profile. */
const WAYS: readonly [string, string, number, () => FerrySettings][] = [
  ['PutObject', 'PutObject', SMALL, () => ({ profile: { callback: callback() }, sendNotice: notices })],
  [
    'CompleteMultipartUpload',
    'CompleteMultipartUpload',
    LARGE,
    () => ({ profile: { callback: callback() }, sendNotice: notices }),
  ],
  ['PostObject', 'PostObject', SMALL, () => byForm({ callback: callback() })],
];

function byForm(profile: object): FerrySettings {
  const url = server.at('/get_post_policy');
  return {
    profile: { authorization: { kind: 'post-policy', url }, ...profile },
    ask: (_id, fresh) => askPostPolicy({ url, fresh, now, bearer: null }),
    sendNotice: notices,
  };
}

function bySignedUrls(): FerrySettings {
  const url = server.at('/sign_upload_url');
  const urls = new UrlServer({ url, bearer: () => Promise.resolve(success(null)), now });
  return {
    profile: {
      authorization: { kind: 'signed-url', url },
      callback: { noticeUrl: server.at('/notice') },
    },
    ask: (_id, fresh) => urls.grant(fresh),
    askUploadUrls: (_id, question, fresh) => urls.ask(question, fresh),
    sendNotice: notices,
  };
}

const open = async (options: { isSigned?: boolean } = {}): Promise<void> => {
  world = await World.create();
  server = await CallbackServer.start(world, options);
};

describe.each(WAYS)('%s', (_, operation, sizeBytes, settings) => {
  beforeEach(() => open());

  it('tells the server, in words that OSS has signed', async () => {
    await world.write('照片 & 1.bin', sizeBytes);
    const ferry = await world.ferry(settings());
    const ended = (await ferry.upload('照片 & 1.bin')).get(KEY);
    expect(endOf(ended)).toBe('done');
    expect(ended?.end).not.toHaveProperty('callbackFault');
    expect(server.called.map(({ verified }) => verified)).toEqual([200]);
    const told = Object.fromEntries(new URLSearchParams(server.called[0]!.body));
    const stored = (await world.objects()).get(KEY);
    expect(told).toEqual({
      key: KEY,
      size: String(sizeBytes),
      crc: stored?.crc64,
      by: '李 & co',
      op: operation,
    });
  });

  it('that could not tell it is done with a word, and tells it again when asked to', async () => {
    const bytes = await world.write('照片 & 1.bin', sizeBytes);
    server.isDown = true;
    const ferry = await world.ferry(settings());
    const ended = (await ferry.upload('照片 & 1.bin')).get(KEY);
    expect(ended?.end).toMatchObject({
      kind: 'done',
      callbackFault: {
        code: 'callback-failed',
        ossCode: 'CallbackFailed',
        message: expect.stringContaining('502') as string,
      },
    });
    expect((await world.read(KEY)).equals(bytes)).toBe(true);
    // Stored and proven: nothing of it was sent a second time.
    expect((await world.requests(operation)).length).toBe(1);
    expect(await causes(ferry)).toMatchObject([{ kind: 'callback-failed', files: 1 }]);
    expect(await ferry.ferry.notify({ kind: 'all' })).toEqual(success({ affected: 1 }));
    expect(await causes(ferry)).toEqual([]);
    expect(await ferry.ferry.notify({ kind: 'all' })).toEqual(success({ affected: 0 }));
  });
});

type TestFerry = Awaited<ReturnType<World['ferry']>>;
function causes(ferry: TestFerry): unknown {
  const snapshot = ferry.ferry.view.snapshot();
  return snapshot.ok ? snapshot.value.causes : snapshot.fault;
}

describe('signed URLs, whose server says itself where OSS calls back', () => {
  beforeEach(() => open({ isSigned: true }));

  it.each([
    ['Put', SMALL],
    ['Complete', LARGE],
  ])('%s: told, then not told, and told again', async (_, sizeBytes) => {
    await world.write('a.bin', sizeBytes);
    await world.write('b.bin', sizeBytes);
    const ferry = await world.ferry(bySignedUrls());
    expect((await ferry.upload('a.bin')).get('uploads/a.bin')?.end).not.toHaveProperty('callbackFault');
    expect(server.called).toMatchObject([{ verified: 200 }]);
    server.isDown = true;
    expect((await ferry.upload('b.bin')).get('uploads/b.bin')?.end).toMatchObject({
      kind: 'done',
      callbackFault: { code: 'callback-failed' },
    });
    expect(await ferry.ferry.notify({ kind: 'all' })).toEqual(success({ affected: 1 }));
    expect(await causes(ferry)).toEqual([]);
  });

  it('and forms, whose own callback goes before that of the profile', async () => {
    await world.write('a.bin', SMALL);
    const ferry = await world.ferry(byForm({ callback: { url: 'http://127.0.0.1:1/never', body: 'x' } }));
    expect(endOf((await ferry.upload('a.bin')).get('uploads/a.bin'))).toBe('done');
    expect(server.called).toMatchObject([{ verified: 200 }]);
    expect(server.called[0]?.body).toContain('filename=uploads%2Fa.bin');
  });
});

describe('between 203 and the notice', () => {
  beforeEach(() => open());

  it('a new start keeps the word, and what the server refuses keeps why', async () => {
    await world.write('a.bin', SMALL);
    await world.write('b.bin', SMALL);
    server.isDown = true;
    const settings = (): FerrySettings => ({ profile: { callback: callback() }, sendNotice: notices });
    const first = await world.ferry(settings());
    await first.upload(['a.bin', 'b.bin']);
    await first.close();
    const second = await world.ferry(settings());
    await second.idle();
    expect(second.ended).toEqual([]);
    expect(await causes(second)).toMatchObject([{ kind: 'callback-failed', files: 2 }]);
    // Somebody replaces one of them: the server looks, and does not take the notice.
    await world.put('uploads/b.bin', Buffer.from('another'));
    expect(await second.ferry.notify({ kind: 'all' })).toMatchObject({
      ok: false,
      fault: { code: 'callback-failed', message: expect.stringContaining('(409)') as string },
    });
    await second.close();
    const third = await world.ferry(settings());
    expect(await causes(third)).toMatchObject([
      {
        kind: 'callback-failed',
        files: 1,
        names: ['b.bin'],
        fault: { message: expect.stringContaining('(409)') as string },
      },
    ]);
  });

  it('an answer that was lost leaves open whether the server was told, and says so', async () => {
    await world.write('a.bin', SMALL);
    await world.faults({ operation: 'PutObject', fault: 'lose-answer', count: 1 });
    const ferry = await world.ferry({ profile: { callback: callback() }, sendNotice: notices });
    expect((await ferry.upload('a.bin')).get('uploads/a.bin')?.end).toMatchObject({
      kind: 'done',
      callbackFault: { code: 'callback-failed', message: expect.stringContaining('not known') as string },
    });
    expect(await ferry.ferry.notify({ kind: 'all' })).toEqual(success({ affected: 1 }));
  });

  it('a destination without an address for notices says that it cannot', async () => {
    await world.write('a.bin', SMALL);
    server.isDown = true;
    const ferry = await world.ferry({ profile: { callback: { url: server.url, body: BODY } } });
    await ferry.upload('a.bin');
    expect(await ferry.ferry.notify({ kind: 'all' })).toMatchObject({ fault: { code: 'invalid-input' } });
    expect(await causes(ferry)).toMatchObject([{ kind: 'callback-failed', files: 1 }]);
  });
});

describe('203 without a CRC-64 in its head', () => {
  it.each([
    ['Put', SMALL],
    ['Complete', LARGE],
  ])('is proven by HeadObject (%s)', async (_, sizeBytes) => {
    await open();
    const bare = await withoutCrc(world);
    await world.write('a.bin', sizeBytes);
    server.isDown = true;
    const ferry = await world.ferry({ profile: { callback: callback(), endpoint: bare.endpoint } });
    expect((await ferry.upload('a.bin')).get('uploads/a.bin')?.end).toMatchObject({
      kind: 'done',
      callbackFault: { code: 'callback-failed' },
    });
    expect((await world.requests('HeadObject')).length).toBe(1);
    await ferry.close();
    bare.close();
  });

  it.each([
    ['Put', SMALL, 'never-overwrite'],
    ['Put', SMALL, 'overwrite'],
    ['Complete', LARGE, 'overwrite'],
  ] as const)(
    'cannot be told under the role of the documents (%s, %i bytes, %s)',
    async (_, sizeBytes, conflict) => {
      world = await World.create({ rolePolicy: MINIMAL_ROLE });
      server = await CallbackServer.start(world);
      const bare = await withoutCrc(world);
      await world.write('a.bin', sizeBytes);
      server.isDown = true;
      const ferry = await world.ferry({ profile: { callback: callback(), endpoint: bare.endpoint } });
      expect(endOf((await ferry.upload('a.bin', { conflict })).get('uploads/a.bin'))).toBe(
        'conflict cannot-tell',
      );
      await ferry.close();
      bare.close();
    },
  );
});
