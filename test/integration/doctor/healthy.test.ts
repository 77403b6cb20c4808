import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { plannedChecks } from '../../../src/host/doctor/doctor';
import { isHealthy } from '../../../src/shared/doctor';
import { World } from '../engine/harness';
import { accountKeys, examine, failed, leftovers } from './clinic';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.stop());
afterEach(() => fetch(`${world.sandbox.admin}/reset`, { method: 'POST' }));

const at = (path: string): string => new URL(path, world.tokenUrl).href;

it('all green with keys that may do everything, and nothing is left in the bucket', async () => {
  const profile = world.profile({
    authorization: { kind: 'temporary' },
    imm: { project: world.sandbox.immProject, endpoint: world.sandbox.imm },
    object: { tags: { team: 'press' }, acl: 'private' },
    prefix: 'uploads/{user}/{date}/',
  });
  const findings = await examine(profile, accountKeys(world));
  const bad = [...findings.values()].filter(({ id, ok }) => ok !== true && id !== 'tls');
  expect(bad).toEqual([]);
  expect(findings.get('tls')).toMatchObject({ ok: null, hint: { code: 'not-encrypted' } });
  expect([...findings.keys()]).toEqual(plannedChecks(profile));
  expect(findings.get('throughput')?.hint?.values['speed']).toBeGreaterThan(0);
  expect(await leftovers(world)).toEqual({ objects: [], uploads: 0 });
});

it.each<[string, () => object, () => Record<string, string>]>([
  ['token-server', () => ({ url: world.tokenUrl }), () => ({})],
  [
    'assume-role',
    () => ({
      roleArn: world.sandbox.roleArn,
      roleSessionName: 'doctor',
      durationSeconds: 900,
      stsEndpoint: world.sandbox.sts,
    }),
    () => ({
      ALIBABA_CLOUD_ACCESS_KEY_ID: world.sandbox.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: world.sandbox.accessKeySecret,
    }),
  ],
  ['temporary', () => ({}), () => accountKeys(world)],
  ['signed-url', () => ({ url: at('/sign_upload_url') }), () => ({})],
  ['post-policy', () => ({ url: at('/get_post_policy') }), () => ({})],
])('%s: every check that the way has is green', async (kind, more, environment) => {
  const profile = world.profile({ authorization: { kind, ...more() } });
  const findings = await examine(profile, environment());
  expect(isHealthy([...findings.values()])).toBe(true);
  // No session of ours may delete: then the one small probe stays, and it is named.
  expect(failed(findings)).toEqual({
    needed: [],
    optional: kind === 'token-server' || kind === 'assume-role' ? ['delete'] : [],
  });
  for (const { id, ok, hint } of findings.values())
    if (ok === null)
      expect([id, hint?.code], id).toEqual([
        id,
        expect.stringMatching(/^(not-encrypted|not-by-way|probe-left|nothing-left)$/),
      ]);
  const left = await leftovers(world);
  expect(left.uploads).toBe(0);
  const named = findings.get('delete')?.hint?.values['key'];
  expect(left.objects).toEqual(named === undefined ? [] : [named]);
  expect(named === undefined).toBe(kind === 'temporary');
});

it('a run that is stopped takes away what it made', async () => {
  const listeners: (() => void)[] = [];
  const stop = { canceled: false, onCancel: (listener: () => void) => void listeners.push(listener) };
  const profile = world.profile({ authorization: { kind: 'temporary' } });
  const findings = await examine(profile, accountKeys(world), {
    cancel: stop,
    onCheck: ({ id }) => {
      if (id === 'initiate') listeners.forEach((listener) => listener());
    },
  });
  expect(findings.get('upload-part')).toMatchObject({ ok: null, hint: { code: 'stopped' } });
  expect([findings.get('abort')?.ok, findings.get('delete')?.ok]).toEqual([true, true]);
  expect(await leftovers(world)).toEqual({ objects: [], uploads: 0 });
});

it.each(['PutObject', 'InitiateMultipartUpload'])(
  'a lost answer to %s leaves nothing behind',
  async (operation) => {
    await world.faults({ operation, fault: 'lose-answer', count: 1 });
    const findings = await examine(
      world.profile({ authorization: { kind: 'temporary' } }),
      accountKeys(world),
    );
    const id = operation === 'PutObject' ? 'put' : 'initiate';
    expect(findings.get(id)).toMatchObject({ ok: false, fault: { code: 'connection-lost' } });
    expect(await leftovers(world)).toEqual({ objects: [], uploads: 0 });
  },
);
