/** The handlers of main before an engine, a keychain and a desktop that are made up: what the contract is tried on. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Credentials } from '../../src/main/credentials/credentials';
import { credentialsHandlers } from '../../src/main/ipc/handlers-credentials';
import { doctorHandlers } from '../../src/main/ipc/handlers-doctor';
import { facesHandlers } from '../../src/main/ipc/handlers-faces';
import { queueHandlers, type Desktop, type EngineClient } from '../../src/main/ipc/handlers-queue';
import { settingsHandlers } from '../../src/main/ipc/handlers-settings';
import { sharingHandlers } from '../../src/main/ipc/handlers-sharing';
import { serve } from '../../src/main/ipc/serve';
import { Keychain } from '../../src/main/credentials/keychain';
import { Proposals } from '../../src/main/settings/proposals';
import { Secrets } from '../../src/main/credentials/secrets';
import { SettingsBook } from '../../src/main/settings/settings';
import { failure, fault, success } from '../../src/shared/faults';
import type { DestinationId } from '../../src/shared/ids';
import type { CallName, Reply } from '../../src/shared/ipc/contract';
import { fakeKeychain } from '../fakes/fake-keychain';
import { doctorDesk, SUMMARY } from './ipc-samples';

export const PROFILE = {
  name: 'Media',
  region: 'cn-hangzhou',
  bucket: 'team-media',
  authorization: { kind: 'token-server', url: 'https://tokens.example.com/get_sts_token' },
};
export const FOLDER = mkdtempSync(join(tmpdir(), 'ipc-'));
export const FILE = join(FOLDER, 'a file.txt');
writeFileSync(FILE, 'x');

/** An engine that knows one item, whose file is FILE. */
function engineDesk(heard: unknown[]): EngineClient {
  const detail = {
    row: {
      itemId: 7,
      batchId: 1,
      name: 'a file.txt',
      sizeBytes: 1,
      state: { kind: 'waiting' },
      sentBytes: 0,
      verifiedBytes: 0,
      bytesPerSecond: 0,
    },
    key: 'a file.txt',
    address: 'oss://team-media/a file.txt',
    destinationId: 'one',
    sourcePath: FILE,
    modifiedAt: 0,
    uploadId: null,
    partSizeBytes: 0,
    parts: 'w',
    crc64: null,
    etag: null,
    versionId: null,
    requestIds: [],
  };
  const starting = { kind: 'starting' };
  const values: Record<string, (input: object) => unknown> = {
    'queue.add': () => ({ batchId: 1 }),
    'queue.snapshot': () => ({ revision: 0, batches: [], causes: [], summary: SUMMARY, engine: starting }),
    'queue.items': () => ({ revision: 0, total: 0, rows: [] }),
    'queue.detail': (input) => ('itemId' in input && input.itemId === 7 ? detail : null),
    'queue.command': () => ({ affected: 0 }),
    'faces.batches': () => ({ revision: 0, batches: [] }),
    'faces.page': () => ({ revision: 0, total: 0, rows: [] }),
    'faces.sheet': () => ({ revision: 0, total: 0, tiles: [] }),
    'faces.detail': () => null,
    'faces.ask': () => ({ queued: 0, refused: 0 }),
    'faces.clear': () => ({ cleared: 0 }),
    'faces.decide': () => ({ affected: 0 }),
  };
  return {
    status: () => ({ kind: 'running', restarts: 3, resumedItems: 0, keptBytes: 0 }),
    call: (name, input) => {
      heard.push({ name, input });
      return Promise.resolve(success(values[name]!(input))) as never;
    },
  };
}

export function app(chosen: readonly string[] = []) {
  const heard: unknown[] = [];
  const shown: string[] = [];
  const copied: string[] = [];
  const written: unknown[] = [];
  const file = {
    read: () => undefined,
    write: (content: unknown) => void written.push(content),
    setAside: () => '',
  };
  const book = new SettingsBook(file, null);
  const fake = fakeKeychain();
  const keychain = new Keychain(fake.ports);
  const refuse = () => Promise.resolve(failure(fault('token-server', 'nobody is asked here')));
  const sources = {
    askTokenServer: refuse,
    askPostPolicy: refuse,
    sendNotice: refuse,
    assumeRole: refuse,
    aliyunProfile: refuse,
  };
  const credentials = new Credentials(sources, new Secrets(keychain, book), () => undefined);
  const changed: DestinationId[] = [];
  const info = () => ({ version: '1', platform: 'linux' as const, locale: 'en', runtime: 'x', notices: [] });
  const target = join(FOLDER, 'shared.json');
  const proposed: unknown[] = [];
  const proposals = new Proposals((proposal) => proposed.push(proposal));
  const desktop: Desktop = {
    choose: () => Promise.resolve(chosen),
    reveal: (path) => Promise.resolve(shown.push(path) > 0),
    copy: (text) => void copied.push(text),
  };
  const find = (id: DestinationId) => book.destinations().find(({ destinationId }) => destinationId === id);
  const handlers = {
    ...settingsHandlers({
      book,
      info,
      viewOf: (destination) => credentials.view(destination),
      onSaved: (before, saved) => void (before === null || credentials.follow(before, saved)),
      onRemoved: (id) => void credentials.forget(id),
    }),
    ...sharingHandlers({
      proposals,
      find,
      chooseTarget: () => Promise.resolve(target),
      chooseProfile: () => Promise.resolve(target),
    }),
    ...credentialsHandlers({
      credentials,
      keychain,
      find,
      credentialsChanged: (id) => changed.push(id),
    }),
    ...queueHandlers({
      engine: engineDesk(heard),
      desktop,
      hasDestination: (id) => book.destinations().some(({ destinationId }) => destinationId === id),
    }),
    ...doctorHandlers({ doctor: doctorDesk(heard), find }),
    ...facesHandlers({
      engine: engineDesk(heard),
      picture: (itemId) => {
        heard.push({ name: 'faces.picture', input: { itemId } });
        return Promise.resolve(success({ kind: 'none', why: 'no-picture' }));
      },
    }),
  };
  const listeners = new Map<string, (event: null, input: unknown) => Promise<Reply<unknown>>>();
  const port = { handle: listeners.set.bind(listeners), removeHandler: listeners.delete.bind(listeners) };
  const logged: unknown[] = [];
  serve<null>(
    port,
    handlers,
    () => true,
    (message, details) => logged.push(message, details),
  );
  const ask = async (name: CallName, input: unknown): Promise<Reply<unknown>> => {
    const reply = await listeners.get(name)!(null, input);
    // What cannot be cloned would be an exception in the middle of Electron.
    expect(structuredClone(reply)).toEqual(reply);
    return reply;
  };
  const addDestination = async (more: object = {}): Promise<string> => {
    const reply = await ask('destinations.save', { destinationId: null, profile: { ...PROFILE, ...more } });
    return (reply as { value: { destinationId: string } }).value.destinationId;
  };
  return {
    ask,
    addDestination,
    handlers,
    listeners,
    heard,
    shown,
    copied,
    logged,
    proposed,
    target,
    written,
    changed,
    fake,
  };
}
