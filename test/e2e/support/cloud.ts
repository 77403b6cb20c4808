import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  launchAppServer,
  launchSandbox,
  sandboxProfile,
  type AppServerAddress,
  type Program,
  type SandboxAddresses,
} from '../../../scripts/programs.cjs';

export interface Cloud {
  readonly sandbox: Program<SandboxAddresses>;
  readonly appServer: Program<AppServerAddress>;
  /** A profile file for OSS_FERRY_PROFILE and for the command's --profile. */
  readonly profileFile: string;
  stop(): Promise<void>;
}

export const startSandbox = launchSandbox;
export const startAppServer = launchAppServer;

/** A sandbox (with more of its own arguments) and an application server below `folder`, and a profile that names both. */
export async function startCloud(
  folder: string,
  prefix = 'uploads/',
  sandboxArgs: readonly string[] = [],
): Promise<Cloud> {
  const data = join(folder, 'cloud');
  mkdirSync(data, { recursive: true });
  const sandbox = await startSandbox(data, sandboxArgs);
  const appServer = await startAppServer(sandbox.announced, prefix);
  const profileFile = join(folder, 'profile.json');
  const profile = sandboxProfile(sandbox.announced, appServer.announced, prefix);
  writeFileSync(profileFile, JSON.stringify(profile));
  const stop = async (): Promise<void> => {
    await appServer.stop();
    await sandbox.stop();
  };
  return { sandbox, appServer, profileFile, stop };
}
