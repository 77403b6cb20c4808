import { readdirSync, readFileSync } from 'node:fs';
import type { ElectronApplication } from '@playwright/test';

const ENGINE = 'OSS Ferry Engine';

/** The process and all that it started, directly or not, itself first. Linux. */
export function mainProcessTree(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const parent = Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended while we looked.
    }
  }
  const tree = [pid];
  for (const member of tree) tree.push(...(children.get(member) ?? []));
  return tree;
}

/** Whether a process is there and not only waiting to be buried. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}

/** Kills the app with all its processes, as a power cut would; resolves once Playwright has seen it go. */
export async function killApp(app: ElectronApplication): Promise<void> {
  const { pid } = app.process();
  if (pid === undefined) throw new Error('the app has no process');
  const gone = app.waitForEvent('close');
  for (const member of mainProcessTree(pid)) kill(member);
  await gone;
}

const kilobytes = (rollup: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0);

/**
 * Bytes that the app holds with all its processes; what they share counts once. Without pages of files (programs and
 * libraries): others that run the same ones change our share of those.
 */
export function memoryOf(app: ElectronApplication): number {
  const { pid } = app.process();
  if (pid === undefined) throw new Error('the app has no process');
  const held = mainProcessTree(pid).map((member) => {
    try {
      const rollup = readFileSync(`/proc/${member}/smaps_rollup`, 'utf8');
      return kilobytes(rollup, 'Pss_Anon') + kilobytes(rollup, 'Pss_Shmem');
    } catch {
      // It ended while we looked.
      return 0;
    }
  });
  return held.reduce((sum, one) => sum + one, 0) * 1024;
}

/** The pid of a process of ours by its name in the system's list, or null while there is none. */
export function servicePid(app: ElectronApplication, service: string): Promise<number | null> {
  return app.evaluate(
    (electron, name) =>
      electron.app.getAppMetrics().find((metric) => metric.name === name || metric.serviceName === name)
        ?.pid ?? null,
    service,
  );
}

/** The pid of the engine's process, or null while there is none. */
export const enginePid = (app: ElectronApplication): Promise<number | null> => servicePid(app, ENGINE);

/** Kills the engine's process alone and gives its pid. */
export async function killEngine(app: ElectronApplication): Promise<number> {
  const pid = await enginePid(app);
  if (pid === null) throw new Error('there is no engine process');
  kill(pid);
  return pid;
}
