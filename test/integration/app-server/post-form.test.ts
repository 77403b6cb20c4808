import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import { aliOss, openCloud, setFaults, type TestCloud } from '../sandbox/cloud';
import { codeOf, environmentFor, send, type Sent } from './servers';

let cloud: TestCloud;
let server: AppServer;

beforeEach(async () => {
  cloud = await openCloud();
  server = await startAppServer({ environment: environmentFor(cloud) });
});
afterEach(async () => {
  await server.close();
  await cloud.stop();
  expect(cloud.errors).toEqual([]);
});

type Fields = Record<string, string>;
const answerOf = async (query: string) =>
  (await (await fetch(`${server.url}/get_post_policy${query}`)).json()) as Fields;

/** The form of the document, in its order. */
const formV1 = (answer: Fields, key: string): Fields => ({
  key,
  policy: answer['policy']!,
  OSSAccessKeyId: answer['accessid']!,
  success_action_status: '200',
  signature: answer['signature']!,
  'x-oss-security-token': answer['x-oss-security-token']!,
  'x-oss-forbid-overwrite': 'true',
});
const formV4 = (answer: Fields, key: string): Fields => ({
  key,
  policy: answer['policy']!,
  'x-oss-signature-version': answer['version']!,
  'x-oss-credential': answer['x_oss_credential']!,
  'x-oss-date': answer['x_oss_date']!,
  'x-oss-signature': answer['signature']!,
  'x-oss-security-token': answer['security_token']!,
  success_action_status: '200',
  'x-oss-forbid-overwrite': 'true',
});

const BOUNDARY = 'boundary-of-the-form';
function post(host: string, fields: Fields, bytes: string, more: Fields = {}): Promise<Sent> {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n${bytes}\r\n--${BOUNDARY}--\r\n`;
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...more };
  return send({ method: 'POST', url: `${host}/`, headers }, parts.join('') + file);
}

describe.each([
  ['', formV1],
  ['?version=v4', formV4],
])('a form with the answer of /get_post_policy%s', (query, formOf) => {
  it('is taken by OSS below the prefix, and only once where overwriting is forbidden', async () => {
    const answer = await answerOf(query);
    const form = formOf(answer, `${answer['dir']}2024/a.txt`);
    const taken = await post(answer['host']!, form, 'carried');
    expect(taken.status, taken.body).toBe(200);
    expect((await aliOss(cloud.sandbox).get('uploads/2024/a.txt')).content).toEqual(Buffer.from('carried'));
    const again = await post(answer['host']!, form, 'other');
    expect([again.status, codeOf(again)]).toEqual([409, 'FileAlreadyExists']);
  });

  it('is taken with forbid-overwrite as a header, as the document has it, in place of the field', async () => {
    const answer = await answerOf(query);
    const header = { 'x-oss-forbid-overwrite': 'true' };
    const fields = Object.entries(formOf(answer, 'uploads/a.txt'));
    const form = Object.fromEntries(fields.filter(([name]) => !(name in header)));
    const taken = await post(answer['host']!, form, 'carried', header);
    expect(taken.status, taken.body).toBe(200);
    expect(codeOf(await post(answer['host']!, form, 'other', header))).toBe('FileAlreadyExists');
  });

  it.each([
    ['another key', { key: 'elsewhere/a.txt' }],
    ['another status', { success_action_status: '201' }],
    ['a policy that was changed', { policy: Buffer.from('{}').toString('base64') }],
  ])('is refused with %s', async (_what, change) => {
    const answer = await answerOf(query);
    const form = { ...formOf(answer, 'uploads/a.txt'), ...change };
    expect((await post(answer['host']!, form, 'carried')).status).toBe(403);
  });

  it('is refused after its end', async () => {
    const answer = await answerOf(query);
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 3_700_000 }]);
    expect((await post(answer['host']!, formOf(answer, 'uploads/a.txt'), 'carried')).status).toBe(403);
  });
});
