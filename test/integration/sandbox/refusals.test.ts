import type OSS from 'ali-oss';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aliOss, openCloud, setFaults, temporaryKeys, type TestCloud } from './cloud';
import { send, signedBy, type RawRequest } from './raw-request';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await openCloud({
    customDomains: ['files.example.test'],
    cnames: new Map([['Elsewhere.example.test', 'no-such-bucket']]),
  });
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  await cloud.stop();
});
beforeEach(async () => {
  await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
});

const HOUR_MS = 3_600_000;
const put = (
  version: 'V1' | 'V4',
  options: object = {},
  headers: Record<string, string> = {},
): RawRequest => {
  const client = aliOss(cloud.sandbox, { authorizationV4: version === 'V4', ...options });
  return signedBy(client, 'PUT', 'a.txt', { body: 'hello', headers: { 'x-oss-meta-a': '1', ...headers } });
};
const isStored = async (): Promise<boolean> =>
  (await (await fetch(`${cloud.sandbox.admin}/objects`)).text()) !== '';

describe.each(['V1', 'V4'] as const)('a request signed with %s', (version) => {
  const refused = async (request: RawRequest, status: number, code: string): Promise<string> => {
    const answer = await send(request);
    expect({ status: answer.status, code: answer.code }).toEqual({ status, code });
    expect(answer.headers['x-oss-request-id']).toMatch(/^[0-9A-F]{24}$/);
    expect(await isStored()).toBe(false);
    return answer.text;
  };

  test('passes as it was signed', async () => {
    expect(await send(put(version))).toMatchObject({ status: 200 });
    expect(await isStored()).toBe(true);
  });

  test('is refused with a changed header', async () => {
    const request = put(version);
    request.headers['x-oss-meta-a'] = '2';
    expect(await refused(request, 403, 'SignatureDoesNotMatch')).toContain('<StringToSign>');
  });

  test('is refused with a header more, where that header is one that must be signed', async () => {
    const request = put(version);
    request.headers['x-oss-forbid-overwrite'] = 'true';
    await refused(request, 403, 'SignatureDoesNotMatch');
  });

  test('is refused for another key, another method, another sub-resource', async () => {
    const request = put(version);
    await refused({ ...request, url: request.url.replace('a.txt', 'b.txt') }, 403, 'SignatureDoesNotMatch');
    await refused({ ...request, method: 'DELETE' }, 403, 'SignatureDoesNotMatch');
    await refused({ ...request, url: `${request.url}?uploads` }, 403, 'SignatureDoesNotMatch');
  });

  test('is refused for another bucket, even where it is addressed so', async () => {
    const request = put(version);
    await refused(
      { ...request, url: request.url.replace('//sandbox.', '//another.') },
      403,
      'SignatureDoesNotMatch',
    );
    await refused(put(version, { bucket: 'another' }), 404, 'NoSuchBucket');
  });

  test('is refused with a moved date', async () => {
    const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
    const moved = (ms: number): RawRequest => {
      const request = put(version);
      const now = Date.now();
      // Over midnight it would be the day of the scope that is refused first.
      const at = new Date(dayOf(now + ms) === dayOf(now) ? now + ms : now - ms);
      const stamp = at.toISOString().replace(/[-:]|\.\d+/g, '');
      request.headers['x-oss-date'] = version === 'V4' ? stamp : at.toUTCString();
      return request;
    };
    await refused(moved(1_000), 403, 'SignatureDoesNotMatch');
    await refused(moved(-HOUR_MS), 403, 'RequestTimeTooSkewed');
  });

  test('is refused when its clock is off by more than 15 minutes, and told the time', async () => {
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 2 * HOUR_MS }]);
    const answer = await send(put(version));
    expect(answer).toMatchObject({ status: 403, code: 'RequestTimeTooSkewed' });
    expect(answer.text).toContain('<MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>');
    const serverTime = Date.parse(/<ServerTime>([^<]+)</.exec(answer.text)?.[1] ?? '');
    const requestTime = Date.parse(/<RequestTime>([^<]+)</.exec(answer.text)?.[1] ?? '');
    expect(Math.abs(serverTime - requestTime - 2 * HOUR_MS)).toBeLessThan(10_000);
    expect(Math.abs(Date.parse(answer.headers.date ?? '') - Date.now() - 2 * HOUR_MS)).toBeLessThan(10_000);
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 840_000 }]);
    expect((await send(put(version))).status).toBe(200);
  });

  test('is refused with a wrong secret, an unknown key, or none', async () => {
    await refused(put(version, { accessKeySecret: 'wrong' }), 403, 'SignatureDoesNotMatch');
    await refused(put(version, { accessKeyId: 'LTAInobody' }), 403, 'InvalidAccessKeyId');
    const request = put(version);
    delete request.headers['authorization'];
    await refused(request, 403, 'AccessDenied');
    await refused(
      { ...request, headers: { ...request.headers, authorization: 'Bearer x' } },
      400,
      'InvalidArgument',
    );
  });

  test('is refused with a foreign, an invented, or no token', async () => {
    const one = await temporaryKeys(cloud.sandbox);
    const other = await temporaryKeys(cloud.sandbox);
    await refused(
      put(version, { ...one, stsToken: other.stsToken }),
      403,
      'AccessKeyIdAndSecurityTokenNotMatch',
    );
    await refused(put(version, { ...one, stsToken: 'CAISnonsense' }), 403, 'InvalidSecurityToken');
    await refused(put(version, { stsToken: one.stsToken }), 403, 'AccessKeyIdAndSecurityTokenNotMatch');
    const { accessKeyId, accessKeySecret } = one;
    await refused(put(version, { accessKeyId, accessKeySecret }), 403, 'InvalidAccessKeyId');
    const request = put(version, one);
    request.headers['x-oss-security-token'] = other.stsToken;
    await refused(request, 403, 'AccessKeyIdAndSecurityTokenNotMatch');
  });

  test('is refused when its token is past its Expiration', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'AssumeRole', fault: 'short-token', ms: 4_000 }]);
    const keys = await temporaryKeys(cloud.sandbox);
    expect(Date.parse(keys.expiration) - Date.now()).toBeLessThanOrEqual(4_000);
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 5_000 }]);
    await refused(put(version, keys), 403, 'SecurityTokenExpired');
    await setFaults(cloud.sandbox, []);
    expect((await send(put(version, keys))).status).toBe(200);
  });

  test('is refused outside the prefix of its session', async () => {
    const policy = {
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: 'oss:PutObject', Resource: 'acs:oss:*:*:sandbox/uploads/*' }],
    };
    const keys = await temporaryKeys(cloud.sandbox, { policy });
    const client = aliOss(cloud.sandbox, { authorizationV4: version === 'V4', ...keys });
    await refused(signedBy(client, 'PUT', 'other/a', { body: 'x' }), 403, 'AccessDenied');
    await refused(signedBy(client, 'HEAD', 'uploads/a'), 403, 'AccessDenied');
    const tagged = { body: 'x', headers: { 'x-oss-tagging': 'a=b' } };
    await refused(signedBy(client, 'PUT', 'uploads/a', tagged), 403, 'AccessDenied');
    expect((await send(signedBy(client, 'PUT', 'uploads/a', { body: 'x' }))).status).toBe(200);
  });
});

describe('a signed URL', () => {
  const urlOf = {
    V1: (options: object) => aliOss(cloud.sandbox, { authorizationV4: false }).signatureUrl('a.txt', options),
    V4: (options: { expires: number; method: string }) =>
      (
        aliOss(cloud.sandbox) as unknown as {
          signatureUrlV4(method: string, expires: number, request: object, key: string): Promise<string>;
        }
      ).signatureUrlV4(options.method, options.expires, {}, 'a.txt'),
  };

  test.each(['V1', 'V4'] as const)('of %s works, until it is changed or has expired', async (version) => {
    const url = await urlOf[version]({ expires: 60, method: 'PUT' });
    const request = { url, method: 'PUT', headers: {}, body: 'hello' };
    expect((await send(request)).status).toBe(200);
    expect(await send({ ...request, url: url.replace('a.txt', 'b.txt') })).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    const later = url.replace(
      /(Expires=|x-oss-expires=)(\d+)/,
      (_all, name: string, at: string) => `${name}${Number(at) + 1}`,
    );
    expect(later).not.toBe(url);
    expect(await send({ ...request, url: later })).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 61_000 }]);
    expect(await send(request)).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  test.each(['V1', 'V4'] as const)(
    'of %s that is signed for 3,600 s with a token of 1,200 s ends with the token, as documented',
    async (version) => {
      const keys = await temporaryKeys(cloud.sandbox, { durationSeconds: 1_200 });
      const client = aliOss(cloud.sandbox, { authorizationV4: version === 'V4', ...keys }) as OSS & {
        signatureUrlV4(method: string, expires: number, request: object, key: string): Promise<string>;
      };
      const url =
        version === 'V4'
          ? await client.signatureUrlV4('PUT', 3_600, {}, 'a.txt')
          : client.signatureUrl('a.txt', { expires: 3_600, method: 'PUT' });
      const request = { url, method: 'PUT', headers: {}, body: 'hello' };
      await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 1_190_000 }]);
      expect((await send(request)).status).toBe(200);
      await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 1_201_000 }]);
      expect(await send(request)).toMatchObject({ status: 403, code: 'SecurityTokenExpired' });
    },
  );

  test('together with a signed header is refused', async () => {
    const { headers } = put('V4');
    const url = urlOf.V1({ expires: 60, method: 'PUT' });
    expect(await send({ url, method: 'PUT', headers, body: 'x' })).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  });
});

describe('a V4 signature', () => {
  test('covers the query and additional headers', async () => {
    const client = aliOss(cloud.sandbox);
    const request = signedBy(client, 'PUT', 'a.txt', {
      body: 'hello',
      headers: { 'Cache-Control': 'no-store' },
      additionalHeaders: ['Cache-Control'],
    });
    expect(request.headers['authorization']).toContain('AdditionalHeaders=cache-control');
    expect((await send({ ...request, url: `${request.url}?a=b` })).code).toBe('SignatureDoesNotMatch');
    expect(
      (await send({ ...request, headers: { ...request.headers, 'Cache-Control': 'public' } })).code,
    ).toBe('SignatureDoesNotMatch');
    expect((await send(request)).status).toBe(200);
  });

  test('is refused for another region, product, payload, or with an empty list of headers', async () => {
    const answer = async (change: (headers: Record<string, string>) => void) => {
      const request = put('V4');
      change(request.headers);
      return send(request);
    };
    const inAuthorization = (from: string, to: string) => (headers: Record<string, string>) => {
      headers['authorization'] = (headers['authorization'] ?? '').replace(from, to);
    };
    expect(await answer(inAuthorization('cn-hangzhou', 'cn-beijing'))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
    expect(await answer(inAuthorization('/oss/', '/sls/'))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
    expect(
      (await answer(inAuthorization('Signature=', 'AdditionalHeaders=,Signature='))).headers['x-oss-ec'],
    ).toBe('0002-00000209');
    const payload = (headers: Record<string, string>) => {
      headers['x-oss-content-sha256'] = 'e3b0c442';
    };
    expect((await answer(payload)).headers['x-oss-ec']).toBe('0002-00000214');
  });
});

describe('addresses', () => {
  test('a bucket in the path is refused on a name, and taken on an IP address', async () => {
    const { port } = new URL(cloud.sandbox.oss);
    const request = put('V4');
    const byName = request.url.replace('//sandbox.', '//').replace('/a.txt', '/sandbox/a.txt');
    expect(await send({ ...request, url: byName })).toMatchObject({
      status: 403,
      code: 'SecondLevelDomainForbidden',
    });
    const byAddress = `http://127.0.0.1:${port}/sandbox/a.txt`;
    expect((await send({ ...request, url: byAddress })).status).toBe(200);
  });

  test('a custom domain stands for the bucket', async () => {
    const { port } = new URL(cloud.sandbox.oss);
    const client = aliOss(cloud.sandbox, { endpoint: `http://files.example.test:${port}`, cname: true });
    expect((await client.put('by/cname.txt', Buffer.from('x'))).res.status).toBe(200);
    expect(await (await fetch(`${cloud.sandbox.admin}/objects`)).text()).toContain('"by/cname.txt"');
  });

  test.each([
    [
      'that is bound to a bucket that is not there',
      'elsewhere.example.test',
      'no-such-bucket',
      'no-such-bucket',
    ],
    ['that is bound to none', 'nobody.example.test', 'nobody.example.test', 'sandbox'],
  ])('a custom domain %s leads to NoSuchBucket', async (_what, host, bucket, signedFor) => {
    const { port } = new URL(cloud.sandbox.oss);
    const client = aliOss(cloud.sandbox, {
      endpoint: `http://${host}:${port}`,
      cname: true,
      bucket: signedFor,
    });
    const answer = await send(signedBy(client, 'PUT', 'a', { body: 'x' }));
    expect(answer).toMatchObject({ status: 404, code: 'NoSuchBucket' });
    expect(answer.text).toContain(`<BucketName>${bucket}</BucketName>`);
  });

  test.each([
    ['that begins with a backslash', '\\a'],
    ['of 1,024 bytes', 'x'.repeat(1_024)],
  ])('a key %s is refused', async (_what, key) => {
    expect(await send(signedBy(aliOss(cloud.sandbox), 'PUT', key, { body: 'x' }))).toMatchObject({
      status: 400,
      code: 'InvalidObjectName',
    });
  });
});
