/** Faces in the command, with the detector that is shipped. */
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { World } from '../engine/harness';
import { ensureCommand, itemsOf, profileFile, run } from './command';

beforeAll(ensureCommand);

const blank = (): Promise<Buffer> =>
  sharp({ create: { width: 320, height: 240, channels: 3, background: '#7799bb' } })
    .png()
    .toBuffer();

async function inWorld(judge: (world: World) => Promise<void>): Promise<void> {
  const world = await World.create();
  try {
    await judge(world);
  } finally {
    await world.stop();
  }
}

it('an upload follows the rule of its profile: looked at on this device, tagged; what cannot be read goes as usual', () =>
  inWorld(async (world) => {
    await world.write('tree/blank.png', await blank());
    await world.write('tree/broken.jpg', 500);
    const faces = { ingest: { ask: true, tag: true, prefix: 'uploads/people/' } };
    const profile = await profileFile(world, { faces });
    const state = join(world.folder, 'state');
    const finished = await run([
      'upload',
      world.path('tree'),
      '--profile',
      profile,
      '--state',
      state,
      '--json',
    ]);
    expect([finished.code, finished.stderr]).toEqual([0, '']);
    expect(
      itemsOf(finished)
        .map(({ key, state: how }) => `${String(key)} ${String(how)}`)
        .sort(),
    ).toEqual(['uploads/tree/blank.png done', 'uploads/tree/broken.jpg done']);
    const told = (event: string, key: string): number =>
      finished.events.findIndex((each) => each.event === event && each['key'] === key);
    for (const [name, faces] of [
      ['blank.png', 0],
      ['broken.jpg', null],
    ] as const) {
      const key = `uploads/tree/${name}`;
      const decided = told('faces', key);
      expect(finished.events[decided]).toMatchObject({ path: world.path(`tree/${name}`), faces });
      expect(decided).toBeLessThan(told('item', key));
    }
    expect(await world.tags('uploads/tree/blank.png')).toEqual({ faces: '0' });
    expect(await world.tags('uploads/tree/broken.jpg')).toEqual({});
  }));

it('a file of this disk needs no profile, and what cannot be read is one sentence', () =>
  inWorld(async (world) => {
    await world.write('blank.png', await blank());
    await world.write('broken.jpg', 500);
    expect(await run(['faces', world.path('blank.png'), '--json'])).toMatchObject({
      code: 0,
      stdout: '{"Faces":[]}\n',
      stderr: '',
    });
    const broken = await run(['faces', world.path('broken.jpg')]);
    expect(broken).toMatchObject({ code: 1, stdout: '' });
    expect(broken.stderr).toMatch(/^[^\n]+ \[picture-(unreadable|format)\]\n$/);
    expect((await run(['faces', world.path('nowhere.jpg')])).code).toBe(2);
  }));
