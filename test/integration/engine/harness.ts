/** A whole world in one process: sandbox cloud, application server, a folder of files, and the engine on Node. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import {
  openUploadEngine,
  type AddOptions,
  type Ended,
  type UploadEngine,
} from '../../../src/host/upload-engine';
import type { FacesSetting } from '../../../src/host/faces/wiring';
import type { AskCredentials } from '../../../src/host/credentials/credentials-keeper';
import type { SendCallbackReplay } from '../../../src/host/destinations/callback-replays';
import type { AskUploadUrls } from '../../../src/shared/upload-urls';
import { askTokenServer } from '../../../src/oss/grants/token-server';
import { startSandbox, type RunningSandbox, type SandboxOptions } from '../../../src/sandbox/start-sandbox';
import type { BatchId, DestinationId } from '../../../src/shared/ids';
import { profileSchema, type Profile } from '../../../src/shared/profile';
import { adminLines, aliOss, setFaults } from '../sandbox/cloud';

export const MIB = 1024 * 1024;
export const DESTINATION = 'here' as DestinationId;
export const PREFIX = 'uploads/';

export interface LogLine {
  readonly at: string;
  readonly operation: string;
  readonly key: string | null;
  readonly partNumber: number | null;
  readonly uploadId: string | null;
  readonly status: number | null;
  readonly bytes: number;
}

export interface FaultRule {
  readonly operation: string;
  readonly fault: string;
  readonly [field: string]: string | number;
}

export interface FerrySettings {
  readonly connections?: number;
  readonly stallMs?: number;
  readonly ask?: AskCredentials;
  readonly askUploadUrls?: AskUploadUrls;
  readonly sendNotice?: SendCallbackReplay;
  /** Differs from the usual profile in these fields. */
  readonly profile?: Readonly<Record<string, unknown>>;
  /** Name of the queue's folder; the same name opens the same queue again. */
  readonly queue?: string;
  readonly faces?: FacesSetting;
}

/** A question for credentials. */
export interface Asked {
  /** Past every cache. */
  readonly fresh: boolean;
  /** Questions on their way then, this one among them. */
  readonly atOnce: number;
}

export class World {
  readonly folder: string;
  /** Errors of the sandbox itself. */
  readonly errors: unknown[] = [];
  readonly #options: Partial<SandboxOptions>;
  #sandbox: RunningSandbox;
  #server: AppServer;
  readonly #open = new Set<TestFerry>();
  readonly #others = new Set<HttpServer>();

  private constructor(
    folder: string,
    options: Partial<SandboxOptions>,
    sandbox: RunningSandbox,
    server: AppServer,
  ) {
    this.folder = folder;
    this.#options = options;
    this.#sandbox = sandbox;
    this.#server = server;
  }

  static async create(options: Partial<SandboxOptions> = {}): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'ferry-world-'));
    const settings = { port: await freePorts(4), ...options };
    const sandbox = await startSandbox({ dataFolder: join(folder, 'cloud'), ...settings });
    return new World(folder, settings, sandbox, await startServer(sandbox));
  }

  get sandbox(): RunningSandbox {
    return this.#sandbox;
  }

  get tokenUrl(): string {
    return `${this.#server.url}/get_sts_token`;
  }

  profile(changes: Record<string, unknown> = {}): Profile {
    return profileSchema.parse({
      name: 'Sandbox',
      region: this.#sandbox.region,
      bucket: this.#sandbox.bucket,
      prefix: PREFIX,
      endpoint: this.#sandbox.oss,
      authorization: { kind: 'token-server', url: this.tokenUrl },
      ...changes,
    });
  }

  /** The cloud is gone until `startCloud`; what it has stored is kept. */
  async stopCloud(): Promise<void> {
    await this.#sandbox.close();
  }

  async startCloud(): Promise<void> {
    this.#sandbox = await startSandbox({ dataFolder: join(this.folder, 'cloud'), ...this.#options });
  }

  async faults(...rules: FaultRule[]): Promise<void> {
    const answer = await setFaults(this.#sandbox, rules);
    if (answer.status !== 204) throw new Error(await answer.text());
  }

  /** Rules that can still act. */
  async faultsLeft(): Promise<unknown> {
    return (await fetch(`${this.#sandbox.admin}/faults`)).json();
  }

  async requests(operation?: string): Promise<readonly LogLine[]> {
    const lines = (await adminLines(this.#sandbox, 'requests')) as unknown as readonly LogLine[];
    return operation === undefined ? lines : lines.filter((line) => line.operation === operation);
  }

  /** Resolves once the log holds so many requests of this kind. */
  async untilRequests(operation: string, count: number): Promise<void> {
    while ((await this.requests(operation)).length < count)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async objectLines(): Promise<
    readonly { readonly key: string; readonly size: number; readonly crc64: string; readonly etag: string }[]
  > {
    return (await adminLines(this.#sandbox, 'objects')) as never;
  }

  /** Keys of all objects with the CRC-64 of the sandbox's own making. */
  async objects(): Promise<ReadonlyMap<string, { readonly size: number; readonly crc64: string }>> {
    return new Map((await this.objectLines()).map((line) => [line.key, line]));
  }

  uploads(): Promise<readonly Record<string, unknown>[]> {
    return adminLines(this.#sandbox, 'uploads');
  }

  /** The bytes of an object, read by a client that is not ours. */
  async read(key: string): Promise<Buffer> {
    return (await aliOss(this.#sandbox).get(key)).content as Buffer;
  }

  /** Puts an object there behind the engine's back. */
  async put(key: string, bytes: Buffer): Promise<void> {
    await aliOss(this.#sandbox).put(key, bytes);
  }

  /** The tags of an object, read by a client that is not ours. */
  async tags(key: string): Promise<unknown> {
    // Its types do not know the call.
    const client = aliOss(this.#sandbox) as unknown as {
      getObjectTagging(key: string): Promise<{ readonly tag: unknown }>;
    };
    return (await client.getObjectTagging(key)).tag;
  }

  /** The headers that HeadObject gives, read by a client that is not ours. */
  async head(key: string): Promise<Readonly<Record<string, string>>> {
    return (await aliOss(this.#sandbox).head(key)).res.headers as Record<string, string>;
  }

  /** Aborts an upload behind the engine's back. */
  async abort(key: string, uploadId: string): Promise<void> {
    await aliOss(this.#sandbox).abortMultipartUpload(key, uploadId);
  }

  path(name: string): string {
    return join(this.folder, 'files', name);
  }

  /** Writes a file of these bytes, or of so many chosen by chance. @returns its bytes */
  async write(name: string, content: Buffer | number): Promise<Buffer> {
    const bytes = typeof content === 'number' ? randomBytes(content) : content;
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), bytes);
    return bytes;
  }

  async fifo(name: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    execFileSync('mkfifo', [this.path(name)]);
  }

  /** The address of a server that answers everything with this status. */
  async answering(status: number): Promise<string> {
    const server = createHttpServer((_request, response) => response.writeHead(status).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#others.add(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/get_sts_token`;
  }

  /** A large file that takes no room: a number at the start of each MiB, nothing else. */
  async writeSparse(name: string, sizeBytes: number): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    const file = await open(this.path(name), 'w');
    for (let offset = 0; offset < sizeBytes; offset += MIB)
      await file.write(Buffer.from(`${offset}`), 0, null, offset);
    await file.truncate(sizeBytes);
    await file.close();
  }

  async ferry(settings: FerrySettings = {}): Promise<TestFerry> {
    const { connections = 8, stallMs, queue = 'queue' } = settings;
    const url = this.tokenUrl;
    const ended: Ended[] = [];
    const asked: Asked[] = [];
    let askingNow = 0;
    const ask: AskCredentials =
      settings.ask ??
      ((_destination, fresh) => askTokenServer({ url, fresh, now: () => Date.now(), timeoutMs: 2_000 }));
    const opened = await openUploadEngine({
      directory: join(this.folder, queue),
      destinations: [{ destinationId: DESTINATION, profile: this.profile(settings.profile) }],
      connections,
      ask: async (destinationId, fresh) => {
        asked.push({ fresh, atOnce: (askingNow += 1) });
        const outcome = await ask(destinationId, fresh);
        askingNow -= 1;
        return outcome;
      },
      onEnded: (end) => ended.push(end),
      ...(settings.askUploadUrls === undefined ? {} : { askUploadUrls: settings.askUploadUrls }),
      ...(settings.sendNotice === undefined ? {} : { sendNotice: settings.sendNotice }),
      ...(settings.faces === undefined ? {} : { faces: settings.faces }),
      ...(stallMs === undefined ? {} : { stallMs }),
    });
    if (!opened.ok) throw new Error(opened.fault.message);
    const ferry = new TestFerry(opened.value, { ended, asked }, this.folder, () => this.#open.delete(ferry));
    this.#open.add(ferry);
    return ferry;
  }

  /** Ends all of it; the sandbox must not have stumbled. */
  async stop(): Promise<void> {
    for (const ferry of [...this.#open]) await ferry.close();
    await this.#server.close();
    for (const other of this.#others) other.close();
    await this.#sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export class TestFerry {
  readonly ferry: UploadEngine;
  readonly ended: Ended[];
  readonly asked: readonly Asked[];
  readonly #folder: string;
  readonly #onClose: () => void;

  constructor(
    ferry: UploadEngine,
    { ended, asked }: { readonly ended: Ended[]; readonly asked: readonly Asked[] },
    folder: string,
    onClose: () => void,
  ) {
    this.ferry = ferry;
    this.ended = ended;
    this.asked = asked;
    this.#folder = folder;
    this.#onClose = onClose;
  }

  async add(names: string | readonly string[], options: Partial<AddOptions> = {}): Promise<BatchId> {
    const paths = [names].flat().map((name) => join(this.#folder, 'files', name));
    const added = await this.ferry.add({
      destinationId: DESTINATION,
      paths,
      conflict: 'never-overwrite',
      join: false,
      ...options,
    });
    if (!added.ok) throw new Error(added.fault.message);
    return added.value.batchId;
  }

  /** Adds, and waits until nothing is left to do. @returns how the files ended, by key */
  async upload(
    names: string | readonly string[],
    options: Partial<AddOptions> = {},
  ): Promise<ReadonlyMap<string, Ended>> {
    await this.add(names, options);
    return this.idle();
  }

  async idle(): Promise<ReadonlyMap<string, Ended>> {
    await this.ferry.runner.whenIdle();
    return new Map(this.ended.map((ended) => [ended.key, ended]));
  }

  /** Resolves at the first change of the engine after which this holds. */
  until(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      let over = false;
      const look = (): void => {
        if (over || !reached()) return;
        over = true;
        resolve();
      };
      this.ferry.runner.onChange(look);
      look();
    });
  }

  /** Parts that the server has acknowledged, of all that is live. */
  acknowledged(): number {
    let parts = 0;
    for (const item of this.ferry.runner.state.items.values()) parts += item.upload?.acknowledged.size ?? 0;
    return parts;
  }

  async close(): Promise<void> {
    await this.ferry.close();
    this.#onClose();
  }
}

/** How a file ended, in one word: `done`, or `failed crc-mismatch`. */
export function endOf(ended: Ended | undefined): string {
  if (ended === undefined) return 'nothing';
  return 'fault' in ended.end ? `${ended.end.kind} ${ended.end.fault.code}` : ended.end.kind;
}

/** The first of so many free ports in a row, below the range that the system gives out by itself. */
async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const first = 10_000 + Math.floor(Math.random() * 20_000);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
  throw new Error('No free ports were found.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function startServer(sandbox: RunningSandbox): Promise<AppServer> {
  return startAppServer({
    environment: {
      ALIBABA_CLOUD_ACCESS_KEY_ID: sandbox.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: sandbox.accessKeySecret,
      ROLE_ARN: sandbox.roleArn,
      ROLE_SESSION_NAME: 'oss-ferry',
      OSS_BUCKET: sandbox.bucket,
      OSS_REGION: sandbox.region,
      OSS_PREFIX: PREFIX,
      OSS_ENDPOINT: sandbox.oss,
      STS_ENDPOINT: sandbox.sts,
    },
  });
}
