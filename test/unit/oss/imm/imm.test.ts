import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { detectImageFaces, IMM_TIMEOUTS, immEndpointOf } from '../../../../src/oss/imm/imm';
import { immFault } from '../../../../src/oss/imm/imm-errors';
import { immPermissionRequest } from '../../../../src/shared/imm-permission';
import { profileSchema, type Profile } from '../../../../src/shared/profile';
import { startScriptedServer, type ScriptedServer } from '../scripted-server';

const SAMPLE = readFileSync(new URL('../../../fixtures/detect-image-faces.json', import.meta.url), 'utf8');
const REQUEST_ID = '63661E75-3A41-5FBF-B023-867DA6A6AA81';
const CREDENTIALS = {
  accessKeyId: 'STS.TESTID',
  accessKeySecret: 'secret-of-the-session',
  securityToken: 'token/abc+==',
  expiresAtServer: null,
};
const KEY = 'uploads/a b/中文 (1).jpg';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const profileOf = (imm: Record<string, unknown> | undefined): Profile =>
  profileSchema.parse({
    name: 'Test',
    region: 'cn-hangzhou',
    bucket: 'photos',
    prefix: 'uploads/',
    authorization: { kind: 'temporary' },
    ...(imm === undefined ? {} : { imm }),
  });
const ask = (timeouts = { silenceMs: 2_000, totalMs: 3_000 }) =>
  detectImageFaces(profileOf({ project: 'faces', endpoint: server.url }), CREDENTIALS, KEY, timeouts);
const answering = (status: number, body: string, headers: Record<string, string> = {}): void =>
  server.script(({ response }) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(body);
  });
const refusal = (Code: string, Message: string): string =>
  JSON.stringify({
    RequestId: REQUEST_ID,
    HostId: 'imm.cn-hangzhou.aliyuncs.com',
    Code,
    Message,
    Recommend: '',
  });

test('asks as the documents say, signed with the temporary credentials, and keeps the answer as it came', async () => {
  answering(200, SAMPLE);
  const outcome = await ask();
  if (!outcome.ok) throw new Error(outcome.fault.message);
  expect(outcome.value.raw).toBe(SAMPLE);
  expect(outcome.value.answer.Faces).toHaveLength(1);
  expect(outcome.value.answer.Faces[0]).toMatchObject({
    Age: 45,
    AgeSD: 7,
    Gender: 'female',
    Boundary: { Left: 182, Top: 175, Height: 381, Width: 304 },
    HeadPose: { Pitch: -16.206, Roll: -5.124, Yaw: 3.421 },
  });
  const [request] = server.received;
  const url = new URL(request?.url ?? '', server.url);
  expect(request?.method).toBe('POST');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    ProjectName: 'faces',
    SourceURI: `oss://photos/${KEY}`,
  });
  expect(request?.headers).toMatchObject({
    'x-acs-action': 'DetectImageFaces',
    'x-acs-version': '2020-09-30',
    'x-acs-security-token': CREDENTIALS.securityToken,
  });
  expect(request?.headers.authorization).toMatch(/^ACS3-HMAC-SHA256 Credential=STS\.TESTID,/);
});

test.each([
  ['without Faces', { RequestId: REQUEST_ID }, 0],
  ['with null in their place', { RequestId: REQUEST_ID, Faces: null }, 0],
  ['with none', { RequestId: REQUEST_ID, Faces: [] }, 0],
  ['with 300', { Faces: Array.from({ length: 300 }, () => ({ Age: 30, Boundary: { Left: 1 } })) }, 300],
  ['with fields of tomorrow', { Mood: 1, Faces: [{ Age: 30, Wings: { Span: 2 }, Boundary: null }] }, 1],
])('an answer %s is read', async (_name, body, faces) => {
  answering(200, JSON.stringify(body));
  const outcome = await ask();
  if (!outcome.ok) throw new Error(outcome.fault.message);
  expect(outcome.value.answer.Faces).toHaveLength(faces);
  if (faces > 0) expect(outcome.value.answer.Faces[0]?.Age).toBe(30);
});

test.each([
  [400, 'ResourceNotFound', 'The specified resource project is not found.', 'imm-project-missing'],
  [404, 'ResourceNotFound', 'The specified resource object is not found.', 'object-gone'],
  [403, 'NoPermission', 'You are not authorized to do this action.', 'imm-no-permission'],
  [403, 'SomethingNew', '', 'imm-no-permission'],
  [400, 'InvalidArgument', 'The bucket and the project are in different regions.', 'imm-region'],
  [400, 'InvalidArgument', 'The image format is not supported.', 'picture-format'],
  [400, 'InvalidArgument', 'The picture is too large to be decoded here.', 'picture-too-large'],
  [400, 'InvalidArgument', 'The image is larger than 100 MB.', 'picture-too-large'],
  [400, 'InvalidArgument', 'The picture is damaged and cannot be decoded.', 'picture-unreadable'],
  [400, 'InvalidArgument', 'Anything else.', 'server-refused'],
  [403, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.', 'token-expired'],
  [404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.', 'token-expired'],
  [400, 'InvalidTimeStamp.Expired', 'Specified time stamp is expired.', 'clock-skew'],
  [500, 'InternalError', 'Oops.', 'server-busy'],
])('%i %s (%s) is %s, in one sentence of our own', async (status, code, message, expected) => {
  answering(status, refusal(code, message));
  const outcome = await ask();
  if (outcome.ok) throw new Error('it should have failed');
  expect(outcome.fault).toMatchObject({ code: expected, ossCode: code, requestId: REQUEST_ID });
  expect(outcome.fault.message).toMatch(/^[^.]*(\.[\w*][^.]*)*[.?]$/);
  if (message !== '') expect(outcome.fault.message).not.toContain(message);
});

test('throttling carries how long IMM asks to wait, and nothing is repeated inside', async () => {
  answering(400, refusal('Throttling.User', 'Request was denied due to user flow control.'), {
    'x-acs-retry-after': '1200',
  });
  expect(await ask()).toMatchObject({ fault: { code: 'throttled', retryAfterMs: 1200 } });
  expect(server.received).toHaveLength(1);
});

describe('what is not IMM', () => {
  const secret = (text: string): void => {
    for (const part of ['oss:', 'SourceURI', '?', encodeURIComponent(KEY), CREDENTIALS.securityToken])
      expect(text).not.toContain(part);
  };
  test.each([
    [502, '<html>Bad Gateway</html>'],
    [200, '<html>Please sign in</html>'],
    [400, 'null'],
  ])('a page with status %i is imm-unreachable', async (status, body) => {
    answering(status, body, { 'Content-Type': 'text/html' });
    const outcome = await ask();
    expect(outcome).toMatchObject({ fault: { code: 'imm-unreachable' } });
    secret(JSON.stringify(outcome));
  });

  test.each([
    ['a word where there should be a list', '{"Faces":"many"}'],
    ['more faces than a window takes', JSON.stringify({ Faces: Array.from({ length: 2_001 }, () => ({})) })],
    ['more text than a window takes', JSON.stringify({ Faces: [], Pad: 'x'.repeat(4_000_000) })],
  ])('%s is a bad answer', async (_name, body) => {
    answering(200, body);
    expect(await ask()).toMatchObject({ fault: { code: 'bad-answer' } });
  });

  test('a cut connection tells nothing of the address', async () => {
    server.script(({ socket }) => socket.destroy());
    const outcome = await ask();
    expect(outcome).toMatchObject({ fault: { code: 'imm-unreachable' } });
    secret(JSON.stringify(outcome));
  });

  test('nobody listens', async () => {
    const outcome = await detectImageFaces(
      profileOf({ project: 'faces', endpoint: 'http://127.0.0.1:9' }),
      CREDENTIALS,
      KEY,
    );
    expect(outcome).toMatchObject({
      fault: {
        code: 'imm-unreachable',
        message: 'IMM (127.0.0.1:9) cannot be reached: it refuses connections.',
      },
    });
  });

  test.each([
    ['silence', { silenceMs: 50, totalMs: 5_000 }, () => {}],
    [
      'a body that never ends',
      { silenceMs: 5_000, totalMs: 50 },
      ({ response }: { response: { writeHead(status: number): { write(text: string): void } } }) =>
        response.writeHead(200).write('{"Faces":'),
    ],
  ])('%s is given up (in earnest after 20 and 30 seconds)', async (_name, timeouts, handler) => {
    expect(IMM_TIMEOUTS).toEqual({ silenceMs: 20_000, totalMs: 30_000 });
    server.script(handler);
    expect(await ask(timeouts)).toMatchObject({
      fault: { code: 'imm-unreachable', message: expect.stringContaining('in time') as string },
    });
  });

  test('whatever else is thrown', () => {
    const asked = { host: 'imm.test', region: 'r', projectName: 'p', bucket: 'b', key: 'k' };
    for (const thrown of [null, 'text', new Error('POST https://imm/?SourceURI=oss://b/k failed')])
      expect(immFault(thrown, asked)).toEqual({
        code: 'imm-unreachable',
        message: 'IMM (imm.test) cannot be reached.',
      });
  });
});

test('an endpoint in another region than the bucket is refused before anything is sent', async () => {
  const profile = profileOf({ project: 'faces', endpoint: 'https://imm.cn-beijing.aliyuncs.com' });
  expect(await detectImageFaces(profile, CREDENTIALS, KEY)).toMatchObject({ fault: { code: 'imm-region' } });
  expect(immEndpointOf(profileOf({ project: 'faces' }))).toBe('https://imm.cn-hangzhou.aliyuncs.com');
  expect(await detectImageFaces(profileOf(undefined), CREDENTIALS, KEY)).toMatchObject({
    fault: { code: 'imm-project-missing' },
  });
});

test('the statement to ask for is RAM JSON that names action and project', () => {
  expect(JSON.parse(immPermissionRequest(profileOf({ project: 'faces' })))).toEqual({
    Effect: 'Allow',
    Action: ['imm:DetectImageFaces'],
    Resource: ['acs:imm:cn-hangzhou:*:project/faces'],
  });
});
