import { mkdirSync } from 'node:fs';
import { openDetectorThread } from '../faces/thread';
import { createAdminServer, PUBLIC_KEY_PATH } from './admin/admin-server';
import { openCorsRule } from './admin/parse-cors';
import type { CallbackSigner } from './callback/call-back';
import { CallbackKey } from './callback/callback-key';
import { createCloudServer, type SharedServices, type StoppableServer } from './cloud-server';
import { Crc64Pool } from './crc64';
import { FaultRules } from './faults/fault-rules';
import { lockFolder, type FolderLock } from './folder-lock';
import { openAccount, roleArnOf, type Account } from './identity/account';
import { defaultRolePolicy } from './identity/default-role-policy';
import { Directory, OWN_USER, type RamUser, type Role } from './identity/directory';
import { parsePolicy, type Policy } from './identity/policy';
import { IdentityError, readRoles, readUsers } from './identity/read-identities';
import { Sessions } from './identity/sessions';
import { ImmService } from './imm/imm-service';
import type { Registry } from './oss/authenticate';
import { OssService } from './oss/oss-service';
import { RequestLog } from './request-log';
import { BodyReceiver } from './storage/receive-body';
import { BucketStore } from './storage/bucket-store';
import { StsService } from './sts/sts-service';
import { CorsRules } from './wire/cors';

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
  /** Custom domains that are bound to a bucket of that name, which need not exist. */
  readonly cnames?: ReadonlyMap<string, string>;
  /** RAM users beside the first, as JSON: `[{"name","accessKeyId","accessKeySecret","policy"}]`. */
  readonly users?: string;
  /** Roles beside the first, as JSON: `[{"name","trust"?,"policy","maxSessionSeconds"?}]`. */
  readonly roles?: string;
  /** Origins whose pages may do everything by CORS from the start; by default none. */
  readonly corsOrigins?: readonly string[];
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
 * policy, IdentityError on bad users or roles, FolderInUseError where another sandbox works on the folder, and the system's error where a port
 * is taken or the folder cannot be used; nothing is left running then.
 */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const identities = identitiesOf(options);
  mkdirSync(options.dataFolder, { recursive: true });
  const lock = await lockFolder(options.dataFolder);
  try {
    return await startLocked(options, identities, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startLocked(
  options: SandboxOptions,
  identities: Identities,
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
  const directory = directoryOf(options, account, identities);
  const sessions = new Sessions(dataFolder);
  const log = new RequestLog(dataFolder);
  const store = new BucketStore(dataFolder);
  const faults = new FaultRules();
  const callbackKey = new CallbackKey(dataFolder);
  const admin = { origin: '' };
  const signer = { key: callbackKey, publicKeyUrl: () => admin.origin + PUBLIC_KEY_PATH };
  const { corsOrigins = [] } = options;
  const cors = new CorsRules(corsOrigins.length === 0 ? [] : [openCorsRule(corsOrigins)]);
  const onError = options.onError ?? ((): void => undefined);
  const ground: SharedServices = { faults, log, sessions, onError };
  const imm = new ImmService(
    { directory, sessions, region },
    { project: immProject, bucket, store, desk: openDetectorThread(options.facesFolder) },
  );
  const servers = [
    createCloudServer(ossService(options, { directory, sessions, region }, store, signer), ground, cors),
    createCloudServer(new StsService(directory, sessions, options.tokenSeconds ?? null), ground),
    createCloudServer(imm, ground, cors),
    createAdminServer({ bucket, store, log, faults, callbackKey, cors, onError }),
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
  admin.origin = `http://127.0.0.1:${adminPort}`;
  return {
    oss: `http://oss-${region}.localhost:${ossPort}`,
    sts: `http://127.0.0.1:${stsPort}`,
    imm: `http://127.0.0.1:${immPort}`,
    admin: admin.origin,
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
  store: BucketStore,
  signer: CallbackSigner,
): OssService {
  const { bucket = 'sandbox', discard: discards = false } = options;
  const receiver = new BodyReceiver(store.blobs, new Crc64Pool(), discards);
  const book = { region: registry.region, bucket, customDomains: customDomainsOf(options, bucket) };
  const { accountId: ownerId } = registry.directory.account;
  return new OssService(book, registry, {
    name: bucket,
    ownerId,
    store,
    receiver,
    signer,
    discards,
  });
}

function customDomainsOf(options: SandboxOptions, bucket: string): Map<string, string> {
  const bound = (options.customDomains ?? []).map((host): [string, string] => [host, bucket]);
  const all = [...bound, ...(options.cnames ?? [])];
  return new Map(all.map(([host, name]) => [host.toLowerCase(), name]));
}

/** The identities of the options, read before anything is opened, so that a mistake leaves nothing behind. */
interface Identities {
  readonly rolePolicy: Policy;
  readonly users: readonly RamUser[];
  readonly roles: readonly Role[];
}

function identitiesOf(options: SandboxOptions): Identities {
  const { bucket = 'sandbox', immProject = 'sandbox', users = '[]', roles = '[]' } = options;
  const rolePolicy = parsePolicy(options.rolePolicy ?? defaultRolePolicy(bucket, immProject));
  return { rolePolicy, users: readUsers(users), roles: readRoles(roles) };
}

function directoryOf(options: SandboxOptions, account: Account, identities: Identities): Directory {
  const { rolePolicy, users, roles } = identities;
  const taken = roles.find((role) => role.name === account.roleName);
  if (taken) throw new IdentityError(`The roles file must not name the sandbox's own role "${taken.name}".`);
  if (users.some(({ name, accessKeyId }) => name === OWN_USER || accessKeyId === account.accessKeyId)) {
    throw new IdentityError(`The users file must not name the sandbox's own user "${OWN_USER}" or its key.`);
  }
  const own: Role = {
    name: account.roleName,
    roleId: account.roleId,
    policy: rolePolicy,
    trust: null,
    maxSessionSeconds: options.maxSessionSeconds ?? MAX_SESSION_SECONDS,
    externalId: options.externalId ?? null,
  };
  return new Directory(account, users, [own, ...roles]);
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
