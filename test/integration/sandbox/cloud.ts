import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OSS from 'ali-oss';
import StsClientModule, { AssumeRoleRequest } from '@alicloud/sts20150401';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import { startSandbox, type RunningSandbox, type SandboxOptions } from '../../../src/sandbox/start-sandbox';

/** Resolves everything to loopback, in both forms that Node asks for. */
const loopback: LookupFunction = (_hostname, options, callback) => {
  if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};
export const agent = new http.Agent({ keepAlive: true, lookup: loopback });

export interface Keys {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly stsToken?: string;
}

/** ali-oss, pointed at the sandbox with the bucket in front of the host. */
export function aliOss(
  sandbox: Pick<RunningSandbox, 'region' | 'oss' | 'bucket' | 'accessKeyId' | 'accessKeySecret'>,
  options: Partial<OSS.Options> & { authorizationV4?: boolean } = {},
): OSS {
  return new OSS({
    region: `oss-${sandbox.region}`,
    endpoint: sandbox.oss,
    bucket: sandbox.bucket,
    accessKeyId: sandbox.accessKeyId,
    accessKeySecret: sandbox.accessKeySecret,
    authorizationV4: true,
    agent,
    ...options,
  } as OSS.Options);
}

// The package's default export arrives as a namespace object, depending on who loads it.
function unwrap(module: unknown): typeof StsClientModule {
  let candidate: unknown = module;
  while (typeof candidate === 'object' && candidate !== null && 'default' in candidate)
    candidate = candidate.default;
  return candidate as typeof StsClientModule;
}
const StsClient = unwrap(StsClientModule);

export function stsClient(
  sandbox: RunningSandbox,
  keys: Partial<Keys> = {},
): InstanceType<typeof StsClientModule> {
  return new StsClient(
    new $OpenApiUtil.Config({
      accessKeyId: keys.accessKeyId ?? sandbox.accessKeyId,
      accessKeySecret: keys.accessKeySecret ?? sandbox.accessKeySecret,
      endpoint: new URL(sandbox.sts).host,
      protocol: 'HTTP',
      regionId: sandbox.region,
      ...(keys.stsToken === undefined ? {} : { securityToken: keys.stsToken }),
    }),
  );
}

/** Temporary credentials through the official SDK, as ali-oss wants them. */
export async function temporaryKeys(
  sandbox: RunningSandbox,
  options: { policy?: object; durationSeconds?: number } = {},
): Promise<Required<Keys> & { expiration: string }> {
  const answer = await stsClient(sandbox).assumeRole(
    new AssumeRoleRequest({
      roleArn: sandbox.roleArn,
      roleSessionName: 'test-session',
      durationSeconds: options.durationSeconds ?? 900,
      ...(options.policy ? { policy: JSON.stringify(options.policy) } : {}),
    }),
  );
  const credentials = answer.body?.credentials;
  return {
    accessKeyId: credentials?.accessKeyId ?? '',
    accessKeySecret: credentials?.accessKeySecret ?? '',
    stsToken: credentials?.securityToken ?? '',
    expiration: credentials?.expiration ?? '',
  };
}

export interface TestCloud {
  readonly sandbox: RunningSandbox;
  readonly folder: string;
  readonly errors: unknown[];
  stop(): Promise<void>;
}

/** A sandbox in a folder of its own, which goes with it. */
export async function openCloud(options: Partial<SandboxOptions> = {}): Promise<TestCloud> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-test-'));
  const errors: unknown[] = [];
  const sandbox = await startSandbox({
    dataFolder: folder,
    onError: (error) => errors.push(error),
    ...options,
  });
  return {
    sandbox,
    folder,
    errors,
    stop: async () => {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The lines of an admin page. */
export async function adminLines(sandbox: RunningSandbox, page: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${sandbox.admin}/${page}`);
  const text = await response.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export async function setFaults(sandbox: RunningSandbox, rules: unknown): Promise<Response> {
  return fetch(`${sandbox.admin}/faults`, { method: 'POST', body: JSON.stringify(rules) });
}
