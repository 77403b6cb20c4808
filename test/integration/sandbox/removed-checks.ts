import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox, type RunningSandbox, type SandboxOptions } from '../../../src/sandbox/start-sandbox';
import { buildSandbox, loadSandbox, type Patch } from './built-sandbox';
import { setFaults } from './cloud';
import type { RawAnswer } from './raw-request';

/** What one of our foreign clients does, and the code that refuses it: null where it was let through. */
export type Attack = (sandbox: RunningSandbox) => Promise<string | null>;

/** A check of the sandbox, and who misses it when it is taken out. */
export interface Check {
  readonly name: string;
  /** The check, taken out. */
  readonly patch: Patch;
  readonly attack: Attack;
  readonly refusal: string;
  /** What comes of the attack without the check; null: it is let through. Left out: anything but the refusal. */
  readonly otherwise?: string | null;
  readonly options?: Partial<SandboxOptions>;
}

export const codeOf = (answer: RawAnswer): string | null => (answer.status < 300 ? null : answer.code);

export async function thrownCode(doing: Promise<unknown>): Promise<string | null> {
  try {
    await doing;
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? 'no code';
  }
}

/** Prepares an attack now, and carries it out when the sandbox's clocks are that much later. */
export const onMovedClock =
  (ms: number, attack: (sandbox: RunningSandbox) => Promise<() => Promise<string | null>>): Attack =>
  async (sandbox) => {
    const then = await attack(sandbox);
    await setFaults(sandbox, [{ operation: '*', fault: 'clock-offset', ms }]);
    return then();
  };

/** A policy that allows one action on one resource. */
export const session = (resource: string, action = 'oss:*') => ({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
});

async function attackOn(
  folder: string,
  start: typeof startSandbox,
  name: string,
  check: Check,
): Promise<string | null> {
  const sandbox = await start({ dataFolder: join(folder, name), ...check.options });
  try {
    return await check.attack(sandbox);
  } finally {
    await sandbox.close();
  }
}

/**
 * Shows for each check that the sandbox refuses what breaks it, and that the same attack is not refused by a
 * sandbox that is built without it: so a test with a foreign client misses the check.
 */
export function describeChecks(checks: readonly Check[]): void {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'removed-checks-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe.each(checks)('the sandbox checks $name', (check) => {
    const slug = check.name.replace(/[^A-Za-z0-9]+/g, '-');

    test('and refuses what breaks it', async () => {
      expect(await attackOn(folder, startSandbox, `whole-${slug}`, check)).toBe(check.refusal);
    });

    test('and a sandbox without that check does not', async () => {
      const built = await buildSandbox('start-sandbox', join(folder, `patched-${slug}`), check.patch);
      const came = await attackOn(folder, loadSandbox(built), `data-${slug}`, check);
      expect(came).not.toBe(check.refusal);
      if (check.otherwise !== undefined) expect(came).toBe(check.otherwise);
    });
  });
}
