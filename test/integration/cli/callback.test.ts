/** Callbacks and object settings by the command: what a script sees of a server that was not told. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CallbackServer } from '../engine/callback-server';
import { World } from '../engine/harness';
import { ensureCommand, itemsOf, profileFile, run, summaryOf } from './command';

let world: World;
let server: CallbackServer;
beforeAll(async () => {
  await ensureCommand();
  world = await World.create();
  server = await CallbackServer.start(world);
  await world.write('small.txt', 10);
  await world.write('large.bin', 20 * 1024 * 1024);
});
afterAll(async () => {
  await server.stop();
  await world.stop();
});

it('203: the files are done, each with a word, exit code 1; resume tells the server again, exit code 0', async () => {
  const callback = {
    url: server.url,
    body: 'key=${object}&by=${x:by}',
    variables: { 'x:by': 'script' },
    noticeUrl: server.at('/notice'),
  };
  const profile = await profileFile(world, { callback, object: { storageClass: 'IA' } });
  const state = join(world.folder, 'state');
  const words = ['--profile', profile, '--state', state, '--json'];
  const environment = { OSS_FERRY_TOKEN: 'planted-bearer-of-notices' };
  server.isDown = true;
  const paths = ['small.txt', 'large.bin'].map((name) => world.path(name));
  const first = await run(['upload', ...paths, ...words], environment);
  expect(first.code).toBe(1);
  const items = itemsOf(first);
  expect(items).toHaveLength(2);
  for (const item of items)
    expect(item).toMatchObject({
      state: 'done',
      callback: {
        code: 'callback-failed',
        ossCode: 'CallbackFailed',
        requestId: expect.any(String) as string,
      },
    });
  expect(summaryOf(first)).toMatchObject({ items: 2, done: 2, failed: 0, untold: 2 });
  expect(new Set((await world.objects()).keys())).toEqual(
    new Set(['uploads/small.txt', 'uploads/large.bin']),
  );
  expect((await world.head('uploads/large.bin'))['x-oss-storage-class']).toBe('IA');

  const status = await run(['status', '--state', state, '--json']);
  expect(status.events[0]).toMatchObject({ done: 2, untold: 2 });
  const inWords = await run(['status', '--state', state]);
  expect(inWords.stdout).toContain('not told of 2 verified files');

  const second = await run(['resume', ...words], environment);
  expect(second).toMatchObject({ code: 0, stderr: '' });
  expect(summaryOf(second)).toMatchObject({ items: 0, untold: 0, sentBytes: 0 });
  const third = await run(['resume', ...words], environment);
  expect(third.code).toBe(0);
  // The bearer and the callback's words stay out of the queue and of what is said.
  for (const name of readdirSync(state))
    expect(readFileSync(join(state, name)).includes('planted-bearer-of-notices'), name).toBe(false);
  expect(first.stdout + second.stdout + first.stderr + second.stderr).not.toContain('planted-bearer');
});

it('without an address for notices, resume goes on telling that the server was not told', async () => {
  server.isDown = true;
  const profile = await profileFile(
    world,
    { callback: { url: server.url, body: 'x' }, prefix: 'uploads/none/' },
    'none',
  );
  const words = ['--profile', profile, '--state', join(world.folder, 'none'), '--json'];
  expect((await run(['upload', world.path('small.txt'), ...words])).code).toBe(1);
  const again = await run(['resume', ...words]);
  expect(again.code).toBe(1);
  expect(summaryOf(again)).toMatchObject({ items: 0, untold: 1 });
});

it('a server that does not take the notice is named, and the word stays', async () => {
  const callback = { url: server.url, body: 'x', noticeUrl: server.at('/nothing-here') };
  server.isDown = true;
  const profile = await profileFile(world, { callback, prefix: 'uploads/refused/' }, 'refused');
  const words = ['--profile', profile, '--state', join(world.folder, 'refused'), '--json'];
  await run(['upload', world.path('small.txt'), ...words]);
  const again = await run(['resume', ...words]);
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/^The notice server 127\.0\.0\.1:\d+ does not find the object \(404\)\.\n$/);
  expect(summaryOf(again)).toMatchObject({ untold: 1 });
});

it('settings that the way cannot carry are one sentence and exit code 2', async () => {
  const authorization = { kind: 'signed-url', url: 'http://127.0.0.1:1/sign_upload_url' };
  const profile = await profileFile(world, { authorization, object: { acl: 'private' } }, 'signed');
  const words = ['--profile', profile, '--state', join(world.folder, 'signed'), '--json'];
  const refused = await run(['upload', world.path('small.txt'), ...words]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toBe(
    `The profile field "object.acl" is wrong: cannot be said with signed URLs, whose server does not sign it; leave it out. (${profile})\n`,
  );
});
