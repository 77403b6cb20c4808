import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminLines, aliOss, openCloud, setFaults, type TestCloud } from './cloud';
import { post, signedForm } from './post-form';
import { send, signedBy, type RawAnswer } from './raw-request';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await openCloud();
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  await cloud.stop();
});
beforeEach(async () => {
  await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
  expect((await setCors([])).status).toBe(204);
});

const PAGE = 'http://page.example.test:3000';
const RULE = {
  allowedOrigins: [PAGE],
  allowedMethods: ['PUT', 'POST'],
  allowedHeaders: ['*'],
  exposeHeaders: ['ETag', 'x-oss-request-id'],
  maxAgeSeconds: 60,
};
const setCors = (rules: unknown): Promise<Response> =>
  fetch(`${cloud.sandbox.admin}/cors`, { method: 'PUT', body: JSON.stringify(rules) });

const bucketUrl = (): string => `${cloud.sandbox.oss.replace('//', `//${cloud.sandbox.bucket}.`)}/a.txt`;
const preflight = (headers: Record<string, string>, url = bucketUrl()): Promise<RawAnswer> =>
  send({ url, method: 'OPTIONS', headers });
const asking = (
  method: string,
  origin = PAGE,
  names = 'Authorization, x-oss-date',
): Record<string, string> => ({
  Origin: origin,
  'Access-Control-Request-Method': method,
  ...(names === '' ? {} : { 'Access-Control-Request-Headers': names }),
});
const corsHeaders = ({ headers }: RawAnswer) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

describe('a preflight', () => {
  test('that a rule allows is told what it may do', async () => {
    await setCors([RULE]);
    const answer = await preflight(asking('PUT'));
    expect(answer.status).toBe(200);
    expect(corsHeaders(answer)).toEqual({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'PUT, POST',
      'access-control-allow-headers': 'authorization, x-oss-date',
      'access-control-expose-headers': 'ETag, x-oss-request-id',
      'access-control-max-age': '60',
    });
    expect(answer.headers.vary).toBe('Origin');
    expect((await adminLines(cloud.sandbox, 'requests'))[0]).toMatchObject({
      operation: 'Options',
      status: 200,
    });
  });

  test('is answered for all origins with a star', async () => {
    await setCors([{ ...RULE, allowedOrigins: ['*'] }]);
    expect((await preflight(asking('PUT'))).headers['access-control-allow-origin']).toBe('*');
  });

  test.each([
    ['where there are no rules', [], asking('PUT')],
    ['from another origin', [RULE], asking('PUT', 'http://other.example.test:3000')],
    ['from another port', [RULE], asking('PUT', 'http://page.example.test:3001')],
    ['for another method', [RULE], asking('DELETE')],
    ['for another header', [{ ...RULE, allowedHeaders: ['x-oss-*'] }], asking('PUT')],
    [
      'that two rules allow only together',
      [
        { ...RULE, allowedMethods: ['GET'] },
        { ...RULE, allowedHeaders: [] },
      ],
      asking('PUT'),
    ],
  ])('%s is refused, and told nothing', async (_what, rules, headers) => {
    await setCors(rules);
    const answer = await preflight(headers);
    expect(answer).toMatchObject({ status: 403, code: 'AccessForbidden' });
    expect(corsHeaders(answer)).toEqual({});
  });

  test('takes patterns of origins and headers', async () => {
    await setCors([
      {
        ...RULE,
        allowedOrigins: ['http://*.example.test:3000'],
        allowedHeaders: ['X-Oss-*', 'authorization'],
      },
    ]);
    expect((await preflight(asking('PUT'))).status).toBe(200);
    expect((await preflight(asking('PUT', 'http://example.test:3000'))).status).toBe(403);
  });

  test('without Origin or Access-Control-Request-Method is a bad request', async () => {
    await setCors([RULE]);
    expect(await preflight({ 'Access-Control-Request-Method': 'PUT' })).toMatchObject({
      status: 400,
      code: 'BadRequest',
    });
    expect(await preflight({ Origin: PAGE })).toMatchObject({ status: 400, code: 'BadRequest' });
  });

  test('is answered by IMM too, in its own dialect, and not by STS', async () => {
    const url = `${cloud.sandbox.imm}/?Action=DetectImageFaces`;
    expect(await preflight(asking('POST'), url)).toMatchObject({ status: 403, code: 'AccessForbidden' });
    await setCors([RULE]);
    const answer = await preflight(asking('POST'), url);
    expect({ status: answer.status, origin: answer.headers['access-control-allow-origin'] }).toEqual({
      status: 200,
      origin: PAGE,
    });
    const call = await send({ url, method: 'POST', headers: { Origin: PAGE } });
    expect(call.headers['access-control-allow-origin']).toBe(PAGE);
    expect(corsHeaders(await preflight(asking('POST'), `${cloud.sandbox.sts}/`))).toEqual({});
    const operations = (await adminLines(cloud.sandbox, 'requests')).map((line) => line['operation']);
    expect(operations.slice(0, 2)).toEqual(['Options', 'Options']);
  });
});

describe('an answer', () => {
  const put = (origin?: string): Promise<RawAnswer> => {
    const request = signedBy(aliOss(cloud.sandbox), 'PUT', 'a.txt', { body: 'x' });
    return send({
      ...request,
      headers: { ...request.headers, ...(origin === undefined ? {} : { Origin: origin }) },
    });
  };

  test('may be read by the page that a rule allows, and by no other', async () => {
    expect(corsHeaders(await put(PAGE))).toEqual({});
    await setCors([RULE]);
    expect(corsHeaders(await put(PAGE))).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-expose-headers': 'ETag, x-oss-request-id',
    });
    expect(corsHeaders(await put('http://other.example.test'))).toEqual({});
    expect(corsHeaders(await put())).toEqual({});
    await setCors([{ ...RULE, allowedMethods: ['GET'] }]);
    expect(corsHeaders(await put(PAGE))).toEqual({});
  });

  test('may be read where it is an error, a fault, or the answer to a form', async () => {
    await setCors([RULE]);
    const anonymous = await send({ url: bucketUrl(), method: 'PUT', headers: { Origin: PAGE }, body: 'x' });
    expect(anonymous).toMatchObject({ status: 403, code: 'AccessDenied' });
    const form = { ...signedForm(cloud.sandbox, 'V1'), headers: { Origin: PAGE } };
    const posted = await post(cloud.sandbox, form);
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'throttle' }]);
    const throttled = await put(PAGE);
    expect(throttled.status).toBe(503);
    for (const answer of [anonymous, posted, throttled])
      expect(answer.headers['access-control-allow-origin']).toBe(PAGE);
  });
});

describe('CORS rules', () => {
  test.each([
    [{}, 'JSON array'],
    [Array.from({ length: 11 }, () => RULE), 'at most 10'],
    [[1], 'must be an object'],
    [[{ ...RULE, more: 1 }], 'unknown field "more"'],
    [[{ ...RULE, allowedOrigins: [] }], 'needs "allowedOrigins"'],
    [[{ ...RULE, allowedOrigins: ['http://*.*.test'] }], '"allowedOrigins" must be'],
    [[{ ...RULE, allowedMethods: ['PATCH'] }], '"allowedMethods" must be'],
    [[{ ...RULE, exposeHeaders: ['*'] }], '"exposeHeaders" must be'],
    [[{ ...RULE, maxAgeSeconds: -1 }], '"maxAgeSeconds" must be'],
  ])('%j are refused with a sentence, and the old ones stand', async (rules, sentence) => {
    await setCors([RULE]);
    const answer = await setCors(rules);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(sentence);
    expect(await (await fetch(`${cloud.sandbox.admin}/cors`)).json()).toEqual([RULE]);
  });

  test('may be there from the start', async () => {
    const open = await openCloud({ corsOrigins: [PAGE] });
    const { oss, bucket } = open.sandbox;
    const answer = await preflight(asking('DELETE'), `${oss.replace('//', `//${bucket}.`)}/a`);
    expect({ status: answer.status, origin: answer.headers['access-control-allow-origin'] }).toEqual({
      status: 200,
      origin: PAGE,
    });
    await open.stop();
  });
});
