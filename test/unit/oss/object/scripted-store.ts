import { createHash } from 'node:crypto';
import { afterEach, beforeEach } from 'vitest';
import type { ObjectStorePort, WholeBody } from '../../../../src/engine/ports';
import { createObjectStore } from '../../../../src/oss/object/object-store';
import type { AskUploadUrls } from '../../../../src/shared/upload-urls';
import type { Grant, TemporaryCredentials } from '../../../../src/shared/credentials';
import type { Crc64, ObjectKey, UploadId } from '../../../../src/shared/ids';
import { profileSchema, type Profile, type ProfileInput } from '../../../../src/shared/profile';
import { reusedBufferBody, startScriptedServer, type ScriptedServer } from '../scripted-server';

export const CREDENTIALS: TemporaryCredentials = {
  accessKeyId: 'STS.key',
  accessKeySecret: 'a secret',
  securityToken: 'token/+=',
  expiresAtServer: null,
};
export const KEEP = { forbidOverwrite: true, sizeBytes: 1 };
export const REPLACE = { forbidOverwrite: false, sizeBytes: 1 };
export const OK_PUT = {
  ETag: '"ABC"',
  'x-oss-hash-crc64ecma': '11051210869376104954',
  'x-oss-version-id': 'v7',
};
export const uploadId = '0004B999EF5A239BB9138C6227D69F95' as UploadId;
export const key = (text: string): ObjectKey => text as ObjectKey;

export let server: ScriptedServer;
export let store: ObjectStorePort & { close(): void };
let profile: Profile;
let credentials: Grant | null;
let signer: AskUploadUrls;

export function useCredentials(some: Grant | null): void {
  credentials = some;
}

/** Who signs for the destination under `signed-url`. */
export function useSigner(some: AskUploadUrls): void {
  signer = some;
}

export function useProfile(more: Partial<ProfileInput> = {}): void {
  profile = profileSchema.parse({
    name: 'test',
    region: 'oss-cn-hangzhou',
    bucket: 'bucket-1',
    prefix: 'uploads/',
    endpoint: `http://oss-cn-hangzhou.localhost:${server.port}`,
    authorization: { kind: 'temporary' },
    ...more,
  });
}

export function wholeBody(text: string): WholeBody {
  const bytes = Buffer.from(text);
  return {
    ...reusedBufferBody(bytes, 4),
    crc64: '0' as Crc64,
    md5: createHash('md5').update(bytes).digest('base64'),
    release: () => undefined,
  };
}

/** Before each test of a file: a scripted server, and a store with one destination whose bucket it is. */
export function useScriptedStore(): void {
  beforeEach(async () => {
    server = await startScriptedServer();
    useCredentials(CREDENTIALS);
    useProfile();
    store = createObjectStore({
      destination: (id) => (id === 'd1' ? profile : null),
      credentials: (_, generation) =>
        generation === 1 || credentials?.kind === 'signed-url' ? credentials : null,
      askUploadUrls: (...question) => signer(...question),
      now: () => Date.now(),
      connections: 4,
      stallMs: 2_000,
    });
  });
  afterEach(async () => {
    store.close();
    await server.close();
  });
}
