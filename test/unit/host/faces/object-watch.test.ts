import { afterEach, beforeEach, expect, test } from 'vitest';
import { createObjectWatch, type ObjectWatch } from '../../../../src/host/faces/object-watch';
import { profileSchema } from '../../../../src/shared/profile';
import type { FaceQuestion } from '../../../../src/store/faces/faces-types';
import { DESTINATION } from '../../../fakes/queue-samples';
import { startScriptedServer, type ScriptedServer } from '../../oss/scripted-server';

const CREDENTIALS = {
  accessKeyId: 'STS.TESTID',
  accessKeySecret: 'secret',
  securityToken: 'token',
  expiresAtServer: null,
};

let server: ScriptedServer;
let watch: ObjectWatch;
beforeEach(async () => {
  server = await startScriptedServer();
  const profile = profileSchema.parse({
    name: 'Test',
    region: 'cn-hangzhou',
    bucket: 'photos',
    endpoint: server.url,
    authorization: { kind: 'temporary' },
  });
  watch = createObjectWatch({
    destination: () => profile,
    now: () => Date.now(),
    clockOffsetMs: () => 0,
    stallMs: 100,
  });
});
afterEach(async () => {
  watch.close();
  await server.close();
});

const question = (more: object = {}): FaceQuestion =>
  ({ destinationId: DESTINATION, key: 'uploads/a b.jpg', etag: 'ABC', crc64: '17', ...more }) as FaceQuestion;
const answering = (status: number, headers: Record<string, string>): void =>
  server.script(({ response }) =>
    response.writeHead(status, { 'x-oss-request-id': '68FF', 'Content-Length': '9', ...headers }).end(),
  );

test.each([
  ['the same', 200, { ETag: '"ABC"', 'x-oss-hash-crc64ecma': '17' }, false],
  ['the same, of which OSS tells no CRC-64', 200, { ETag: '"ABC"' }, false],
  ['the same bytes in other parts', 200, { ETag: '"DEF-2"', 'x-oss-hash-crc64ecma': '17' }, false],
  ['other bytes', 200, { ETag: '"DEF"', 'x-oss-hash-crc64ecma': '18' }, true],
  ['another, of which OSS tells no CRC-64', 200, { ETag: '"DEF"' }, true],
  ['gone', 404, { 'x-oss-ec': '0026-00000001' }, true],
  ['not to be read', 403, {}, false],
  ['nothing that OSS speaks for', 500, {}, false],
])('an object that is %s', async (_name, status, headers, replaced) => {
  answering(status, headers);
  expect(await watch.isReplaced(question(), CREDENTIALS)).toBe(replaced);
  expect(server.received).toHaveLength(1);
  expect(server.received[0]).toMatchObject({ method: 'HEAD', url: '/photos/uploads/a%20b.jpg' });
});

test('silence says nothing, and an upload without ETag or CRC-64 is not asked about', async () => {
  server.script(() => undefined);
  expect(await watch.isReplaced(question(), CREDENTIALS)).toBe(false);
  expect(server.received).toHaveLength(1);
  expect(await watch.isReplaced(question({ etag: null }), CREDENTIALS)).toBe(false);
  expect(server.received).toHaveLength(1);
  answering(200, { ETag: '"DEF"', 'x-oss-hash-crc64ecma': '17' });
  expect(await watch.isReplaced(question({ crc64: null }), CREDENTIALS)).toBe(true);
});
