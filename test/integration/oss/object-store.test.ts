import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  Answer,
  Body,
  ObjectStorePort,
  RequestContext,
  UploadedPart,
  WholeBody,
} from '../../../src/engine/ports';
import { createObjectStore } from '../../../src/oss/object/object-store';
import type { TemporaryCredentials } from '../../../src/shared/credentials';
import type { Crc64, DestinationId, ETag, ObjectKey, UploadId } from '../../../src/shared/ids';
import { profileSchema, type Profile, type ProfileInput } from '../../../src/shared/profile';
import { sessionPolicy } from '../../../src/shared/session-policy';
import { adminLines, openCloud, setFaults, temporaryKeys, type TestCloud } from '../sandbox/cloud';
import { crc64 } from './crc64';

const KEEP = { forbidOverwrite: true, sizeBytes: 1 };
const REPLACE = { forbidOverwrite: false, sizeBytes: 1 };
const MIB = 1024 * 1024;

let cloud: TestCloud;
let store: ObjectStorePort & { close(): void };
let profile: Profile;
let credentials: TemporaryCredentials;
let temporary: TemporaryCredentials;

const key = (text: string): ObjectKey => text as ObjectKey;
const context = (more: Partial<RequestContext> = {}): RequestContext => ({
  destinationId: 'd' as DestinationId,
  generation: 1,
  clockOffsetMs: 0,
  cancel: { canceled: false, onCancel: () => undefined },
  onSent: () => undefined,
  ...more,
});
function useProfile(more: Partial<ProfileInput> = {}): void {
  profile = profileSchema.parse({
    name: 'Sandbox',
    region: cloud.sandbox.region,
    bucket: cloud.sandbox.bucket,
    prefix: 'uploads/',
    endpoint: cloud.sandbox.oss,
    authorization: { kind: 'temporary' },
    ...more,
  });
}
async function askForKeys(policy?: string): Promise<TemporaryCredentials> {
  const keys = await temporaryKeys(
    cloud.sandbox,
    policy === undefined ? {} : { policy: JSON.parse(policy) as object },
  );
  return {
    accessKeyId: keys.accessKeyId,
    accessKeySecret: keys.accessKeySecret,
    securityToken: keys.stsToken,
    expiresAtServer: Date.parse(keys.expiration),
  };
}
function bodyOf(bytes: Uint8Array): Body {
  return {
    sizeBytes: bytes.length,
    async *chunks() {
      const buffer = new Uint8Array(MIB);
      for (let offset = 0; offset < bytes.length; offset += MIB) {
        const slice = bytes.subarray(offset, offset + MIB);
        buffer.set(slice);
        yield await Promise.resolve(buffer.subarray(0, slice.length));
        buffer.fill(0xee);
      }
    },
  };
}
function wholeBody(bytes: Uint8Array): WholeBody {
  const md5 = createHash('md5').update(bytes).digest('base64');
  return { ...bodyOf(bytes), crc64: crc64(bytes) as Crc64, md5, release: () => undefined };
}
function valueOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer.fault));
  return answer.value;
}
const codeOf = (answer: Answer<unknown>): string => (answer.ok ? 'ok' : answer.fault.code);

beforeAll(async () => {
  cloud = await openCloud({ customDomains: ['files.localhost'] });
  store = createObjectStore({
    destination: () => profile,
    credentials: () => credentials,
    now: () => Date.now(),
    connections: 8,
    stallMs: 1_000,
  });
  temporary = await askForKeys();
});
afterAll(async () => {
  store.close();
  await cloud.stop();
  expect(cloud.errors).toEqual([]);
});
beforeEach(async () => {
  await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
  credentials = temporary;
  useProfile();
});

it('the independent CRC is the one of the standard', () => {
  expect(BigInt(crc64(Buffer.from('123456789')))).toBe(0x995dc9bbdf1939fan);
});

const ways: readonly [string, () => Partial<ProfileInput>][] = [
  ['virtual host', () => ({})],
  [
    'custom domain',
    () => ({ addressing: 'cname', endpoint: cloud.sandbox.oss.replace(/\/\/[^:]+/, '//files.localhost') }),
  ],
  ['IP host', () => ({ endpoint: cloud.sandbox.oss.replace(/\/\/[^:]+/, '//127.0.0.1') })],
];
describe.each(['v4', 'v1'] as const)('%s', (signature) => {
  it.each(ways)('every operation, by %s', async (_, more) => {
    useProfile({ ...more(), signature });
    const bytes = randomBytes(3 * MIB + 5);
    const name = key(`uploads/${signature} 文件+é#%.bin`);
    const put = valueOf(await store.putObject(context(), name, wholeBody(bytes), KEEP));
    expect(put.crc64).toBe(crc64(bytes));
    expect(put.etag).toBe(createHash('md5').update(bytes).digest('hex').toUpperCase());
    expect(put.requestId).toMatch(/^[0-9A-F]{24}$/);
    expect(valueOf(await store.headObject(context(), name))).toMatchObject({
      kind: 'present',
      sizeBytes: bytes.length,
      crc64: put.crc64,
      etag: put.etag,
    });
    expect(valueOf(await store.headObject(context(), key('uploads/nothing')))).toEqual({ kind: 'missing' });

    const large = key('uploads/large.bin');
    const { uploadId } = valueOf(await store.initiateMultipartUpload(context(), large, KEEP));
    const parts: UploadedPart[] = [];
    for (const [index, part] of [bytes.subarray(0, MIB), bytes.subarray(MIB)].entries()) {
      const partNumber = index + 1;
      const stored = valueOf(await store.uploadPart(context(), large, uploadId, partNumber, bodyOf(part)));
      expect(stored.crc64).toBe(crc64(part));
      parts.push({ partNumber, sizeBytes: part.length, etag: stored.etag, crc64: stored.crc64! });
    }
    const listed = valueOf(await store.listParts(context(), large, uploadId));
    expect(listed).toMatchObject(
      parts.map(({ partNumber, sizeBytes, etag }) => ({ partNumber, sizeBytes, etag })),
    );
    const uploads = valueOf(await store.listUploads(context(), large));
    expect(uploads.map((upload) => upload.uploadId)).toEqual([uploadId]);
    expect(Math.abs(uploads[0]!.initiatedAtServer - Date.now())).toBeLessThan(60_000);
    const whole = valueOf(
      await store.completeMultipartUpload(context(), large, uploadId, parts.reverse(), KEEP),
    );
    expect(whole.crc64).toBe(crc64(bytes));
    expect(codeOf(await store.listParts(context(), large, uploadId))).toBe('upload-gone');

    const { uploadId: second } = valueOf(await store.initiateMultipartUpload(context(), large, REPLACE));
    valueOf(await store.abortMultipartUpload(context(), large, second));
    valueOf(await store.abortMultipartUpload(context(), large, second));
    expect(valueOf(await store.listUploads(context(), large))).toEqual([]);
    valueOf(await store.probe(context()));
  });
});

it('keys arrive as they are', async () => {
  const keys = [
    'uploads/a b#c%d+e"f\'g(h)*!~.txt',
    'uploads/文件/日本語/😀.jpg',
    'uploads/e\u0301-nfd',
    'uploads//double/../dots/./x',
    'uploads/%2F%20?x=1&y=2',
    'uploads/ blank ',
    'uploads/<&>\'"',
    `uploads/${'長'.repeat(300)}`,
  ];
  for (const name of keys) {
    valueOf(await store.putObject(context(), key(name), wholeBody(Buffer.from(name)), KEEP));
    const { uploadId } = valueOf(await store.initiateMultipartUpload(context(), key(name), REPLACE));
    const found = valueOf(await store.listUploads(context(), key(name)));
    expect(found.map((upload) => upload.uploadId)).toEqual([uploadId]);
  }
  const objects = await adminLines(cloud.sandbox, 'objects');
  const arrived = new Map(objects.map((object) => [object['key'], object['crc64']]));
  expect(arrived).toEqual(new Map(keys.map((name) => [name, crc64(Buffer.from(name))])));
});

it('listings go over pages', async () => {
  const name = key('uploads/many');
  const { uploadId } = valueOf(await store.initiateMultipartUpload(context(), name, REPLACE));
  const numbers = Array.from({ length: 1_003 }, (_, index) => index + 1);
  for (let start = 0; start < numbers.length; start += 8) {
    const some = numbers.slice(start, start + 8);
    await Promise.all(
      some.map(async (n) =>
        valueOf(await store.uploadPart(context(), name, uploadId, n, bodyOf(Buffer.from([n & 255])))),
      ),
    );
  }
  const listed = valueOf(await store.listParts(context(), name, uploadId));
  expect(listed.map((part) => part.partNumber)).toEqual(numbers);
});

describe('the server says no', () => {
  const put = (name = 'uploads/a'): Promise<Answer<unknown>> =>
    store.putObject(context(), key(name), wholeBody(Buffer.from('x')), REPLACE);

  it('to overwriting, at Put and at Complete, and keeps what is there', async () => {
    const name = key('uploads/there');
    const first = Buffer.from('first');
    valueOf(await store.putObject(context(), name, wholeBody(first), KEEP));
    expect(codeOf(await store.putObject(context(), name, wholeBody(Buffer.from('second')), KEEP))).toBe(
      'object-exists',
    );
    const { uploadId } = valueOf(await store.initiateMultipartUpload(context(), name, REPLACE));
    const part = valueOf(await store.uploadPart(context(), name, uploadId, 1, bodyOf(Buffer.from('third'))));
    const parts = [{ partNumber: 1, sizeBytes: 5, etag: part.etag, crc64: part.crc64! }];
    expect(codeOf(await store.completeMultipartUpload(context(), name, uploadId, parts, KEEP))).toBe(
      'object-exists',
    );
    expect(valueOf(await store.headObject(context(), name))).toMatchObject({ crc64: crc64(first) });
  });

  it('to bytes that do not fit their MD5', async () => {
    const body = { ...wholeBody(Buffer.from('x')), md5: createHash('md5').update('y').digest('base64') };
    expect(codeOf(await store.putObject(context(), key('uploads/a'), body, REPLACE))).toBe('crc-mismatch');
    expect(await adminLines(cloud.sandbox, 'objects')).toEqual([]);
  });

  it('to a wrong secret, a wrong token, an unknown key', async () => {
    credentials = { ...temporary, accessKeySecret: 'wrong' };
    expect(codeOf(await put())).toBe('signature');
    credentials = { ...temporary, securityToken: 'wrong' };
    expect(codeOf(await put())).toBe('token-expired');
    credentials = { ...temporary, accessKeyId: 'STS.unknown' };
    expect(codeOf(await put())).toBe('token-expired');
    credentials = { ...temporary, accessKeyId: 'LTAIunknown', securityToken: null };
    expect(codeOf(await put())).toBe('key-unknown');
  });

  it('to an expired token, until there is another', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'PutObject', fault: 'expire-token', count: 1 }]);
    expect(codeOf(await put())).toBe('token-expired');
    expect(codeOf(await put())).toBe('token-expired');
    credentials = await askForKeys();
    expect(codeOf(await put())).toBe('ok');
    temporary = credentials;
  });

  it('to a clock that is off, and tells by how much', async () => {
    const refused = await store.putObject(
      context({ clockOffsetMs: 7_200_000 }),
      key('uploads/a'),
      wholeBody(Buffer.from('x')),
      REPLACE,
    );
    expect(codeOf(refused)).toBe('clock-skew');
    expect(Math.abs(refused.clockOffsetMs!)).toBeLessThan(2_000);
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: -7_200_000 }]);
    const skewed = await put();
    expect(codeOf(skewed)).toBe('clock-skew');
    expect(Math.abs(skewed.clockOffsetMs! + 7_200_000)).toBeLessThan(2_000);
    const again = context({ clockOffsetMs: skewed.clockOffsetMs! });
    expect(codeOf(await store.putObject(again, key('uploads/a'), wholeBody(Buffer.from('x')), REPLACE))).toBe(
      'ok',
    );
    await setFaults(cloud.sandbox, []);
  });

  it('to a wrong bucket, region, name, way of addressing', async () => {
    useProfile({ bucket: 'no-such-bucket' });
    expect(codeOf(await put())).toBe('bucket-missing');
    useProfile({ region: 'cn-beijing' });
    expect(codeOf(await put())).toBe('wrong-endpoint');
    useProfile();
    expect(codeOf(await put('\\lead'))).toBe('name-refused');
    useProfile({ addressing: 'path' });
    expect(codeOf(await put())).toBe('path-style-refused');
  });

  it('to what the session policy leaves out, and to nothing that it names', async () => {
    const narrowed = sessionPolicy({ bucket: cloud.sandbox.bucket, prefix: 'uploads/', actions: 'upload' });
    if (!narrowed.ok) throw new Error(narrowed.fault.message);
    credentials = await askForKeys(narrowed.value);
    expect(codeOf(await put())).toBe('ok');
    const outside = await put('elsewhere/a');
    expect(outside).toMatchObject({ fault: { code: 'no-permission', ossCode: 'AccessDenied' } });
    expect(codeOf(await store.headObject(context(), key('uploads/a')))).toBe('no-permission');
    expect(codeOf(await store.listUploads(context(), key('uploads/a')))).toBe('no-permission');
    const { uploadId } = valueOf(await store.initiateMultipartUpload(context(), key('uploads/b'), KEEP));
    valueOf(await store.listParts(context(), key('uploads/b'), uploadId));
    valueOf(await store.abortMultipartUpload(context(), key('uploads/b'), uploadId));

    const all = sessionPolicy({ bucket: cloud.sandbox.bucket, prefix: 'uploads/', actions: 'all' });
    if (!all.ok) throw new Error(all.fault.message);
    credentials = await askForKeys(all.value);
    expect(codeOf(await store.headObject(context(), key('uploads/a')))).toBe('ok');
    expect(codeOf(await store.listUploads(context(), key('uploads/a')))).toBe('ok');
    expect(codeOf(await put('elsewhere/a'))).toBe('no-permission');
  });

  it('to an UploadId that it does not know, and to parts it does not have', async () => {
    const name = key('uploads/a');
    const unknown = '0123456789ABCDEF0123456789ABCDEF' as UploadId;
    expect(codeOf(await store.uploadPart(context(), name, unknown, 1, bodyOf(Buffer.from('x'))))).toBe(
      'upload-gone',
    );
    const { uploadId } = valueOf(await store.initiateMultipartUpload(context(), name, KEEP));
    const parts = [{ partNumber: 1, sizeBytes: 1, etag: 'ABC' as ETag, crc64: '1' as Crc64 }];
    expect(await store.completeMultipartUpload(context(), name, uploadId, parts, KEEP)).toMatchObject({
      fault: { code: 'server-refused', ossCode: 'InvalidPart' },
    });
  });
});

describe('the way is bad', () => {
  const large = (): Promise<Answer<unknown>> =>
    store.uploadPart(context(), key('uploads/a'), upload, 1, bodyOf(randomBytes(8 * MIB)));
  let upload: UploadId;
  beforeEach(async () => {
    upload = valueOf(await store.initiateMultipartUpload(context(), key('uploads/a'), KEEP)).uploadId;
  });
  const rules = (...list: object[]): Promise<Response> => setFaults(cloud.sandbox, list);

  it.each([
    [{ fault: 'reset', afterBytes: MIB }, 'connection-lost'],
    [{ fault: 'drop' }, 'connection-lost'],
    [{ fault: 'lose-answer' }, 'connection-lost'],
    [{ fault: 'stall', afterBytes: MIB }, 'stalled'],
    [{ fault: 'throttle' }, 'server-busy'],
    [{ fault: 'status', status: 500, code: 'InternalError' }, 'server-busy'],
    [{ fault: 'status', status: 403, code: 'AccessDenied' }, 'no-permission'],
    [{ fault: 'delay', ms: 300 }, 'ok'],
  ])('%j is %s, and the next try gets through', async (rule, expected) => {
    await rules({ operation: 'UploadPart', count: 1, ...rule });
    expect(codeOf(await large())).toBe(expected);
    expect(codeOf(await large())).toBe('ok');
  });

  it('a wrong CRC in the answer is handed on as it came', async () => {
    await rules({ operation: 'UploadPart', fault: 'wrong-crc', count: 1 });
    const bytes = randomBytes(MIB);
    const part = valueOf(await store.uploadPart(context(), key('uploads/a'), upload, 1, bodyOf(bytes)));
    expect(part.crc64).not.toBe(crc64(bytes));
  });

  it('an answer that is cut off is no answer', async () => {
    await rules({ operation: 'ListParts', fault: 'truncate', afterBytes: 60, count: 2 });
    expect(codeOf(await store.listParts(context(), key('uploads/a'), upload))).toBe('connection-lost');
  });
});
