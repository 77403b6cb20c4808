import { mkdirSync } from 'node:fs';
import { openThreadDesk } from '../faces/thread';
import { createAdminServer } from './admin/admin-server';
import { createCloudServer, type Ground, type StoppableServer } from './cloud-server';
import { Crc64Pool } from './crc64';
import { FaultRules } from './faults/fault-rules';
import { lockFolder, type FolderLock } from './folder-lock';
import { openAccount, roleArnOf, type Account } from './identity/account';
import { defaultRolePolicy } from './identity/default-role-policy';
import { parsePolicy, type Policy } from './identity/policy';
import { Sessions } from './identity/sessions';
import { ImmService } from './imm/imm-service';
import type { Registry } from './oss/authenticate';
import { OssService } from './oss/oss-service';
import { RequestLog } from './request-log';
import { BodyReceiver } from './storage/receive-body';
import { BucketStore } from './storage/bucket-store';
import type { RoleTerms } from './sts/assume-role';
import { StsService } from './sts/sts-service';

/** How a sandbox is to run; only `dataFolder` is needed. */
export interface SandboxOptions {
  /** Everything is kept here: objects, unfinished uploads, keys, tokens, request log. */
  readonly dataFolder: string;
  /** OSS listens on it, STS, IMM and admin on the next three; 0, the default, takes free ones. */
  readonly port?: number;
  /** Default `cn-hangzhou`. */
  readonly region?: string;
  /** The one bucket; default `sandbox`. */
  readonly bucket?: string;
  /** Default `sandbox`. */
  readonly immProject?: string;
  /** The role's RAM policy as JSON; by default it allows all that the product uses. */
  readonly rolePolicy?: string;
  /** Caps the life of tokens, below STS's 900 s too. */
  readonly tokenSeconds?: number;
  /** The most that a caller may ask as DurationSeconds; default 43200, what RAM allows a role at most. */
  readonly maxSessionSeconds?: number;
  /** The ExternalId that the role demands; by default none. */
  readonly externalId?: string;
  /** Keeps size, CRC and metadata of what arrives, but no bytes. */
  readonly discard?: boolean;
  /** Host names, without port, that stand for the bucket as a custom domain (CNAME) does. */
  readonly customDomains?: readonly string[];
  /** Where the built face detector lies; by default beside the built sandbox or in `out/faces`. */
  readonly facesFolder?: string;
  /** Hears of errors that are the sandbox's own. */
  readonly onError?: (error: unknown) => void;
}

/** A sandbox that listens. */
export interface RunningSandbox {
  readonly oss: string;
  readonly sts: string;
  readonly imm: string;
  readonly admin: string;
  readonly region: string;
  readonly bucket: string;
  readonly immProject: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly roleArn: string;
  /** Ends every connection, and resolves when nothing runs or is written any more. */
  close(): Promise<void>;
}

const MAX_SESSION_SECONDS = 43_200;

/**
 * Starts OSS, STS, IMM and the admin port on loopback. Rejects with PolicyGrammarError on a bad role
 * policy, FolderInUseError where another sandbox works on the folder, and the system's error where a port
 * is taken or the folder cannot be used; nothing is left running then.
 */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const { bucket = 'sandbox', immProject = 'sandbox' } = options;
  const rolePolicy = parsePolicy(options.rolePolicy ?? defaultRolePolicy(bucket, immProject));
  mkdirSync(options.dataFolder, { recursive: true });
  const lock = await lockFolder(options.dataFolder);
  try {
    return await startLocked(options, rolePolicy, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startLocked(
  options: SandboxOptions,
  rolePolicy: Policy,
  lock: FolderLock,
): Promise<RunningSandbox> {
  const {
    dataFolder,
    port = 0,
    region = 'cn-hangzhou',
    bucket = 'sandbox',
    immProject = 'sandbox',
  } = options;
  const account = openAccount(dataFolder);
  const sessions = new Sessions(dataFolder);
  const log = new RequestLog(dataFolder);
  const store = new BucketStore(dataFolder);
  const faults = new FaultRules();
  const onError = options.onError ?? ((): void => undefined);
  const ground: Ground = { faults, log, sessions, onError };
  const imm = new ImmService(
    { account, sessions, rolePolicy, region },
    { project: immProject, bucket, store, desk: openThreadDesk(options.facesFolder) },
  );
  const servers = [
    createCloudServer(ossService(options, { account, sessions, region }, rolePolicy, store), ground),
    createCloudServer(new StsService(roleTerms(options, account), sessions), ground),
    createCloudServer(imm, ground),
    createAdminServer({ bucket, store, log, faults, onError }),
  ];
  let closing: Promise<void> | null = null;
  const closeAll = async (): Promise<void> => {
    imm.close();
    await Promise.all(servers.map((server) => server.close()));
    await store.close();
    log.close();
    sessions.close();
    await lock.release();
  };
  const close = (): Promise<void> => (closing ??= closeAll());
  const [ossPort = 0, stsPort = 0, immPort = 0, adminPort = 0] = await listenAll(servers, port, close);
  return {
    oss: `http://oss-${region}.localhost:${ossPort}`,
    sts: `http://127.0.0.1:${stsPort}`,
    imm: `http://127.0.0.1:${immPort}`,
    admin: `http://127.0.0.1:${adminPort}`,
    region,
    bucket,
    immProject,
    accessKeyId: account.accessKeyId,
    accessKeySecret: account.accessKeySecret,
    roleArn: roleArnOf(account),
    close,
  };
}

function ossService(
  options: SandboxOptions,
  registry: Registry,
  rolePolicy: Policy,
  store: BucketStore,
): OssService {
  const { bucket = 'sandbox', customDomains = [], discard: discards = false } = options;
  const receiver = new BodyReceiver(store.blobs, new Crc64Pool(), discards);
  const book = { region: registry.region, bucket, customDomains };
  const { accountId: ownerId } = registry.account;
  return new OssService(book, registry, rolePolicy, { name: bucket, ownerId, store, receiver, discards });
}

function roleTerms(options: SandboxOptions, account: Account): RoleTerms {
  return {
    account,
    maxSessionSeconds: options.maxSessionSeconds ?? MAX_SESSION_SECONDS,
    tokenSeconds: options.tokenSeconds ?? null,
    externalId: options.externalId ?? null,
  };
}

async function listenAll(
  servers: readonly StoppableServer[],
  port: number,
  close: () => Promise<void>,
): Promise<number[]> {
  try {
    const ports: number[] = [];
    for (const [index, server] of servers.entries())
      ports.push(await server.listen(port === 0 ? 0 : port + index));
    return ports;
  } catch (error) {
    await close();
    throw error;
  }
}
