import { describe, expect, it } from 'vitest';
import { stsFault } from '../../../../src/oss/grants/sts-fault';
import type { FaultCode } from '../../../../src/shared/faults';

const HOST = 'sts.cn-hangzhou.aliyuncs.com';
/** As the SDK throws: the URL with all it carries is in the message. */
const thrown = (fields: object): Error =>
  Object.assign(
    new Error('connect POST https://sts/?RoleArn=planted&Policy=planted&ExternalId=planted'),
    fields,
  );

describe('what AssumeRole threw', () => {
  it.each<[FaultCode, object]>([
    ['role-refused', { code: 'NoPermission', statusCode: 403 }],
    ['role-refused', { code: 'EntityNotExist.Role', statusCode: 404 }],
    ['invalid-input', { code: 'InvalidParameter.DurationSeconds', statusCode: 400 }],
    ['invalid-input', { code: 'InvalidParameter.RoleArn', statusCode: 400 }],
    ['invalid-input', { code: 'InvalidParameter.RoleSessionName', statusCode: 400 }],
    ['invalid-input', { code: 'InvalidParameter.PolicyGrammar', statusCode: 400 }],
    ['key-unknown', { code: 'InvalidAccessKeyId.NotFound', statusCode: 404 }],
    ['key-unknown', { code: 'InvalidAccessKeyId.Inactive', statusCode: 403 }],
    ['signature', { code: 'SignatureDoesNotMatch', statusCode: 400 }],
    ['token-expired', { code: 'InvalidSecurityToken.Expired', statusCode: 400 }],
    ['clock-skew', { code: 'InvalidTimeStamp.Expired', statusCode: 400 }],
    ['throttled', { code: 'Throttling.User', statusCode: 400 }],
    ['token-server', { code: 'InternalError', statusCode: 500 }],
    ['server-refused', { code: 'SomethingNew', statusCode: 400 }],
    ['token-server', { name: 'SyntaxError' }],
    ['token-server', { code: 'CERT_HAS_EXPIRED' }],
    ['token-server-silent', { name: 'RequestTimeoutError' }],
    ['token-server-silent', { code: 'ECONNREFUSED' }],
    ['token-server-silent', { code: 'ECONNRESET' }],
    ['token-server-silent', { code: 'ENOTFOUND' }],
    ['token-server-silent', {}],
  ])('is %s: %j', (code, fields) => {
    const fault = stsFault(thrown(fields), HOST);
    expect(fault).toMatchObject({ code, message: expect.stringContaining(HOST) as string });
    expect(JSON.stringify(fault)).not.toContain('planted');
  });

  it('waits as long as STS asked for, and a second where it did not say', () => {
    const throttled = { code: 'Throttling.User', statusCode: 400 };
    expect(stsFault(thrown({ ...throttled, retryAfter: 7_200 }), HOST).retryAfterMs).toBe(7_200);
    expect(stsFault(thrown(throttled), HOST).retryAfterMs).toBe(1_000);
  });

  it('keeps code and request id for copying, and nothing that does not look like them', () => {
    const requestId = '964E0EC5-575B-4FF5-8FD0-D4BD8025602A';
    expect(stsFault(thrown({ code: 'NoPermission', statusCode: 403, requestId }), HOST)).toMatchObject({
      ossCode: 'NoPermission',
      requestId,
    });
    const odd = stsFault(thrown({ code: 'No planted', statusCode: 403, requestId: 'planted, too' }), HOST);
    expect(JSON.stringify(odd)).not.toContain('planted');
  });

  it.each([undefined, null, 'planted', 7])('may be anything: %j', (value) => {
    expect(stsFault(value, HOST).code).toBe('token-server-silent');
  });
});
