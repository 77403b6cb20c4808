import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { calls, streams, type CallName } from '../../src/shared/ipc/contract';
import { app, FILE, FOLDER, PROFILE } from './ipc-handlers';

test('every call of the contract has a handler, and no handler is without a call', () => {
  const { handlers, listeners } = app();
  expect(Object.keys(handlers).sort()).toEqual(Object.keys(calls).sort());
  expect([...listeners.keys()].sort()).toEqual(Object.keys(calls).sort());
});

test('calls and streams share no name', () => {
  expect(Object.keys(calls).filter((name) => name in streams)).toEqual([]);
});

describe('junk is refused by every call', () => {
  const junk = [null, undefined, 7, 'text', [], () => 'code', Symbol.iterator, NaN];
  test.each(Object.keys(calls) as CallName[])('%s', async (name) => {
    const { ask, heard, logged } = app();
    for (const input of junk)
      expect(await ask(name, input)).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
    expect(heard).toEqual([]);
    expect(logged).toEqual([]);
  });

  test.each<[CallName, unknown]>([
    ['settings.set', { connections: 0 }],
    ['settings.set', { theme: 'pink' }],
    ['queue.add', { destinationId: '', paths: ['/a'] }],
    ['queue.add', { destinationId: 'one', paths: [] }],
    ['queue.add', { destinationId: 'one', paths: [''] }],
    ['queue.items', { batchId: 1, offset: -1, limit: 10 }],
    ['queue.items', { batchId: 1, offset: 0, limit: 501 }],
    ['queue.items', { batchId: 1.5, offset: 0, limit: 1 }],
    ['queue.command', { verb: 'delete', scope: { kind: 'all' } }],
    ['queue.command', { verb: 'pause', scope: { kind: 'items', itemIds: [] } }],
    ['queue.choose', { destinationId: 'one', what: 'drive' }],
    ['source.reveal', { itemId: '/etc/passwd' }],
    ['clipboard.write', { text: 'x'.repeat(4_000_001) }],
    ['destinations.save', { destinationId: null, profile: { ...PROFILE, accessKeySecret: 'x' } }],
    ['destinations.save', { destinationId: null, profile: null }],
    ['credentials.set', { destinationId: 'one', secret: { kind: 'bearer', bearer: 'very secret' } }],
    ['credentials.set', { destinationId: 'one', secret: { kind: 'password', password: 'very-secret' } }],
    ['credentials.set', { destinationId: 'one', secret: { kind: 'bearer', bearer: 'a', very: 'secret' } }],
    ['credentials.forget', { destinationId: 'unknown' }],
    ['doctor.start', { destinationId: 'unknown' }],
    ['doctor.report', { runId: 2 }],
    ['doctor.stop', { runId: 0.5 }],
  ])('%s %j', async (name, input) => {
    const { ask, heard } = app();
    expect(await ask(name, input)).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
    expect(heard).toEqual([]);
  });
});

describe('what leaves main', () => {
  /** Names of all fields anywhere in a schema. */
  function fieldsOf(schema: z.ZodType): string[] {
    const names: string[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'properties') names.push(...Object.keys(inner as object));
        walk(inner);
      }
    };
    walk(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }));
    return names;
  }
  const SECRET = /secret|token|password|signature$|accessKeyId$|privateKey/i;
  const outputs = [
    ...Object.entries(calls).map(([name, { output }]) => [name, output] as const),
    ...Object.entries(streams),
  ];

  test.each(outputs)('%s has no field that looks like a secret', (_name, schema) => {
    // `signature` is the profile's choice of v4 or v1.
    const allowed = new Set(['signature']);
    expect(fieldsOf(schema).filter((field) => SECRET.test(field) && !allowed.has(field))).toEqual([]);
  });

  test('the search itself finds a planted field', () => {
    const planted = z.object({
      a: z.array(z.object({ b: z.union([z.object({ securityToken: z.string() }), z.null()]) })),
    });
    expect(fieldsOf(planted).some((field) => SECRET.test(field))).toBe(true);
    expect(fieldsOf(calls['queue.detail'].output)).toContain('requestIds');
    expect(fieldsOf(streams['destinations.changed'])).toContain('roleArn');
  });
});

describe('secrets go in and not out', () => {
  const ROLE = {
    kind: 'assume-role',
    roleArn: 'acs:ram::1:role/uploader',
    roleSessionName: 'oss-ferry',
    durationSeconds: 900,
  };
  const PAIR = {
    kind: 'access-key',
    accessKeyId: 'LTAI5tPlantedKeyId99',
    accessKeySecret: 'planted-secret-30-characters-x',
  };
  const PLANTED = /planted-secret|PlantedKeyId/;

  test('the answer is the view alone; replies, settings and log hold none of it', async () => {
    const { ask, addDestination, written, logged, changed, fake } = app();
    const destinationId = await addDestination({ authorization: ROLE });
    const set = await ask('credentials.set', { destinationId, secret: PAIR });
    expect(set).toEqual({
      ok: true,
      value: { configured: true, expiresAt: null, accessKeyIdHint: '…Id99', keptIn: 'keychain' },
    });
    expect(changed).toEqual([destinationId]);
    const list = await ask('destinations.list', {});
    // The search finds what was planted where it belongs.
    expect(JSON.stringify([...fake.entries])).toMatch(PLANTED);
    expect(JSON.stringify([set, list, written, logged, fake.logged])).not.toMatch(PLANTED);
  });

  test('what is refused is not quoted', async () => {
    const { ask, addDestination, logged } = app();
    const destinationId = await addDestination({ authorization: { kind: 'temporary' } });
    for (const secret of [
      { kind: 'temporary', text: '{"planted-secret' },
      { kind: 'temporary', text: 'export OSS_ACCESS_KEY_ID=planted-secret' },
      PAIR,
      { ...PAIR, accessKeySecret: 'planted-secret with spaces' },
    ]) {
      const reply = await ask('credentials.set', { destinationId, secret });
      expect(reply).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
      expect(JSON.stringify([reply, logged])).not.toMatch(PLANTED);
    }
    expect(await ask('credentials.set', { destinationId: 'gone', secret: PAIR })).toMatchObject({
      ok: false,
    });
  });

  test('a copy of a destination has none, and a removed one leaves none behind', async () => {
    const { ask, addDestination, fake } = app();
    const destinationId = await addDestination({ authorization: ROLE });
    await ask('credentials.set', { destinationId, secret: PAIR });
    await addDestination({ authorization: ROLE, name: 'Copy' });
    expect(await ask('destinations.list', {})).toMatchObject({
      value: [{ credentials: { configured: true } }, { credentials: { configured: false } }],
    });
    await ask('destinations.remove', { destinationId });
    await expect.poll(() => fake.entries.size).toBe(0);
  });

  test('forgetting is told to the engine', async () => {
    const { ask, addDestination, changed, fake } = app();
    const destinationId = await addDestination({ authorization: ROLE });
    await ask('credentials.set', { destinationId, secret: PAIR });
    expect(await ask('credentials.forget', { destinationId })).toEqual({
      ok: true,
      value: { configured: false, expiresAt: null, accessKeyIdHint: null, keptIn: 'nowhere' },
    });
    expect([changed.length, fake.entries.size]).toEqual([2, 0]);
  });

  test('asking how the keychain is looks at it', async () => {
    const { ask, fake } = app();
    expect(await ask('keychain.status', {})).toEqual({ ok: true, value: { keychain: 'checking' } });
    await expect
      .poll(() => ask('keychain.status', {}))
      .toEqual({ ok: true, value: { keychain: 'available' } });
    expect(fake.forks).toHaveLength(1);
    expect(await ask('keychain.retry', {})).toEqual({ ok: true, value: { keychain: 'available' } });
  });
});

describe('the calls do what they say', () => {
  test('a destination is saved, listed and removed', async () => {
    const { ask, addDestination } = app();
    const destinationId = await addDestination();
    expect(await ask('destinations.list', {})).toMatchObject({
      ok: true,
      value: [{ destinationId, profile: { bucket: 'team-media', signature: 'v4' } }],
    });
    const value = { currentDestinationId: destinationId };
    expect(await ask('settings.get', {})).toMatchObject({ ok: true, value });
    expect(await ask('destinations.remove', { destinationId })).toEqual({ ok: true, value: {} });
    expect(await ask('destinations.list', {})).toEqual({ ok: true, value: [] });
  });

  test('a wrong profile is answered with one sentence', async () => {
    const reply = await app().ask('destinations.save', {
      destinationId: null,
      profile: { ...PROFILE, buckte: 'x' },
    });
    const message: unknown = expect.stringContaining('buckte');
    expect(reply).toMatchObject({ ok: false, fault: { message } });
  });

  test('paths are looked at before they are queued', async () => {
    const { ask, addDestination, heard } = app();
    const destinationId = await addDestination();
    const add = (...paths: string[]) => ask('queue.add', { destinationId, paths });
    const gone = join(FOLDER, 'gone.txt');
    expect(await add(FILE, gone)).toMatchObject({
      ok: false,
      fault: { code: 'source-missing', message: expect.stringContaining(gone) as string },
    });
    expect(await add('relative.txt')).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
    expect((await ask('queue.add', { destinationId: 'unknown', paths: [FILE] })).ok).toBe(false);
    expect(heard).toEqual([]);
    expect(await add(FILE, FOLDER)).toEqual({ ok: true, value: { batchId: 1 } });
    expect(heard).toEqual([{ name: 'queue.add', input: { destinationId, paths: [FILE, FOLDER] } }]);
  });

  test('a closed dialog queues nothing, a choice is queued', async () => {
    const closed = app();
    const input = { destinationId: await closed.addDestination(), what: 'files' };
    expect(await closed.ask('queue.choose', input)).toEqual({ ok: true, value: { batchId: null } });
    expect(closed.heard).toEqual([]);
    const chosen = app([FILE]);
    const again = { destinationId: await chosen.addDestination(), what: 'files' };
    expect(await chosen.ask('queue.choose', again)).toEqual({ ok: true, value: { batchId: 1 } });
  });

  test('only a file of the queue is revealed', async () => {
    const { ask, shown } = app();
    expect(await ask('source.reveal', { itemId: 8 })).toMatchObject({ ok: false });
    expect(shown).toEqual([]);
    expect(await ask('source.reveal', { itemId: 7 })).toEqual({ ok: true, value: {} });
    expect(shown).toEqual([FILE]);
  });

  test('a snapshot says how main sees the engine', async () => {
    const engine = { kind: 'running', restarts: 3 };
    expect(await app().ask('queue.snapshot', {})).toMatchObject({ ok: true, value: { engine } });
  });

  test('text goes to the clipboard', async () => {
    const { ask, copied } = app();
    expect([await ask('clipboard.write', { text: '5C3D91' }), copied]).toMatchObject([
      { ok: true },
      ['5C3D91'],
    ]);
  });
});
