import { expect, it } from 'vitest';
import { DoctorRuns, type DoctorPorts } from '../../../src/main/doctor-runs';
import type { DoctorRun } from '../../../src/shared/doctor';
import type { Destination } from '../../../src/shared/engine-link';
import { failure, fault } from '../../../src/shared/faults';
import type { DestinationId } from '../../../src/shared/ids';
import { profileSchema } from '../../../src/shared/profile';

/** Its host has no address anywhere, so nothing is sent. */
const destination: Destination = {
  destinationId: 'one' as DestinationId,
  profile: profileSchema.parse({
    name: 'Nowhere',
    region: 'cn-nowhere',
    bucket: 'team-media',
    endpoint: 'https://oss-cn-nowhere.invalid',
    authorization: { kind: 'temporary' },
  }),
};

function desk(more: Partial<DoctorPorts> = {}) {
  const told: DoctorRun[] = [];
  const listeners = new Set<() => void>();
  const ports: DoctorPorts = {
    ask: () => Promise.resolve(failure(fault('credentials-missing', 'There are none.'))),
    askUploadUrls: () => Promise.resolve(failure(fault('internal', 'Nobody asks this.'))),
    proxyOfSystem: () => Promise.resolve('DIRECT'),
    environment: {},
    publish: (run) => {
      told.push(run);
      listeners.forEach((listener) => listener());
    },
    product: () => ({ version: '9.8.7', runtime: 'Electron 45' }),
    now: () => 0,
    after: () => () => undefined,
    ...more,
  };
  const until = (reached: (run: DoctorRun) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (told.some(reached)) resolve();
      };
      listeners.add(look);
      look();
    });
  return { doctor: new DoctorRuns(ports), told, until };
}

it('tells each finding as it comes, and at last that it is over', async () => {
  const { doctor, told, until } = desk();
  const runId = await doctor.start(destination);
  await until(({ isRunning }) => !isRunning);
  const last = told.at(-1);
  expect(told.map(({ checks }) => checks.length)).toEqual([
    ...last!.planned.map((_, index) => index + 1),
    last!.planned.length,
  ]);
  expect(last).toMatchObject({ runId, destinationId: 'one', isRunning: false });
  expect(last!.checks.map(({ id }) => id)).toEqual(last!.planned);
  expect(await doctor.report(runId)).toMatch(/^OSS Ferry 9\.8\.7, check of a destination, 1970/);
  expect(await doctor.report(runId + 1)).toBeNull();
});

it('a run that was begun ends the one before, which tells nothing more', async () => {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const { doctor, told, until } = desk({
    proxyOfSystem: async () => {
      await held;
      return 'DIRECT';
    },
  });
  const first = await doctor.start(destination);
  await until(({ runId }) => runId === first);
  const second = await doctor.start(destination);
  const before = told.filter(({ runId }) => runId === first).length;
  letGo();
  await until(({ runId, isRunning }) => runId === second && !isRunning);
  expect(told.filter(({ runId }) => runId === first)).toHaveLength(before);
});

it.each<[string, (doctor: DoctorRuns, runId: number) => unknown]>([
  ['stopped', (doctor, runId) => doctor.stop(runId)],
  ['stopped as the app closes', (doctor) => doctor.close()],
])('a run can be %s', async (_what, end) => {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const { doctor, told, until } = desk({
    proxyOfSystem: async () => {
      await held;
      return 'DIRECT';
    },
  });
  const runId = await doctor.start(destination);
  await until(({ checks }) => checks.some(({ id }) => id === 'dns'));
  const ended = end(doctor, runId);
  letGo();
  await ended;
  await until(({ isRunning }) => !isRunning);
  expect(told.at(-1)?.checks.find(({ id }) => id === 'credentials')).toMatchObject({
    ok: null,
    hint: { code: 'stopped' },
  });
});
