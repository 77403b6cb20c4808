import { describe, expect, it } from 'vitest';
import { refusalOf, retryAfterOf, type Asked } from '../../../../src/oss/object/errors';
import type { FaultCode } from '../../../../src/shared/faults';

const ASKED: Asked = {
  operation: 'PutObject',
  action: 'oss:PutObject',
  keyPrefix: 'uploads/',
  accessKeyId: 'LTAI5t',
};
const documentOf = (code: string, more = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>${code}</Code>\n  <Message>OSS's words.</Message>\n` +
  `  <RequestId>5C3D9175B6FC201293AD0000</RequestId>\n  <HostId>b.oss-cn-hangzhou.aliyuncs.com</HostId>\n  <EC>0002-00000040</EC>\n${more}</Error>\n`;
const refused = (status: number, body: string, headers = {}, asked = ASKED) =>
  refusalOf({ status, headers, body: Buffer.from(body) }, asked, 0);

describe('codes of OSS', () => {
  const table: readonly [number, string, FaultCode][] = [
    [403, 'SecurityTokenExpired', 'token-expired'],
    [403, 'InvalidSecurityToken', 'token-expired'],
    [403, 'AccessKeyIdAndSecurityTokenNotMatch', 'token-expired'],
    [403, 'InvalidAccessKeyId', 'key-unknown'],
    [403, 'SignatureDoesNotMatch', 'signature'],
    [403, 'RequestTimeTooSkewed', 'clock-skew'],
    [403, 'AccessDenied', 'no-permission'],
    [404, 'NoSuchBucket', 'bucket-missing'],
    [400, 'InvalidBucketName', 'bucket-missing'],
    [403, 'SecondLevelDomainForbidden', 'path-style-refused'],
    [400, 'PublicEndpointForbidden', 'own-domain-needed'],
    [409, 'FileAlreadyExists', 'object-exists'],
    [404, 'NoSuchUpload', 'upload-gone'],
    [400, 'InvalidObjectName', 'name-refused'],
    [400, 'EntityTooLarge', 'too-large'],
    [400, 'InvalidDigest', 'crc-mismatch'],
    [203, 'CallbackFailed', 'callback-failed'],
    [503, 'ServiceUnavailable', 'server-busy'],
    [503, 'SlowDown', 'throttled'],
    [503, 'QpsLimitExceeded', 'throttled'],
    [429, 'AnythingElse', 'throttled'],
    [500, 'InternalError', 'server-busy'],
    [502, 'AnythingElse', 'server-busy'],
    [400, 'InvalidArgument', 'server-refused'],
    [400, 'InvalidPart', 'server-refused'],
    [400, 'InvalidPartOrder', 'server-refused'],
    [400, 'EntityTooSmall', 'server-refused'],
    [400, 'MalformedXML', 'server-refused'],
    [411, 'MissingContentLength', 'server-refused'],
    [409, 'PartAlreadyExist', 'server-refused'],
    [307, 'TemporaryRedirect', 'wrong-endpoint'],
    [301, 'AnythingElse', 'wrong-endpoint'],
  ];
  it.each(table)('%i %s is %s', (status, code, expected) => {
    expect(refused(status, documentOf(code)).fault).toMatchObject({
      code: expected,
      ossCode: code,
      ec: '0002-00000040',
      requestId: '5C3D9175B6FC201293AD0000',
      hostId: 'b.oss-cn-hangzhou.aliyuncs.com',
    });
  });

  it('InvalidAccessKeyId of a temporary key is a token that has ended', () => {
    const asked = { ...ASKED, accessKeyId: 'STS.NT4' };
    expect(refused(403, documentOf('InvalidAccessKeyId'), {}, asked).fault.code).toBe('token-expired');
  });

  it('AccessDenied that names another endpoint is wrong-endpoint and names it', () => {
    const { fault } = refused(
      403,
      documentOf('AccessDenied', '<Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint>'),
    );
    expect(fault).toMatchObject({ code: 'wrong-endpoint' });
    expect(fault.message).toBe(
      'OSS refused PutObject: the bucket is at oss-cn-beijing.aliyuncs.com (AccessDenied).',
    );
  });

  it('a region that does not fit is wrong-endpoint, V1 that is switched off has its own fault', () => {
    const region =
      '<Error><Code>InvalidArgument</Code><Message>Invalid signing region in Authorization header.</Message></Error>';
    expect(refused(400, region).fault.code).toBe('wrong-endpoint');
    expect(refused(403, '<Error><Code>AccessDenied</Code><EC>0002-00000080</EC></Error>').fault.code).toBe(
      'signature-v1-off',
    );
  });

  it('RequestTimeTooSkewed tells the clock of the server', () => {
    const body = documentOf('RequestTimeTooSkewed', '<ServerTime>2026-01-02T03:04:05.678Z</ServerTime>');
    expect(refused(403, body).serverTimeAt).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
    expect(refused(403, documentOf('AccessDenied')).serverTimeAt).toBeNull();
  });
});

describe('where the error stands', () => {
  it('base64 in x-oss-err, for HEAD', () => {
    const headers = { 'x-oss-err': Buffer.from(documentOf('AccessDenied')).toString('base64') };
    expect(refused(403, '', headers).fault).toMatchObject({ code: 'no-permission', ec: '0002-00000040' });
  });

  it('in headers alone', () => {
    const headers = { 'x-oss-request-id': 'R1', 'x-oss-ec': '0003-1' };
    expect(refused(500, '', headers).fault).toEqual({
      code: 'server-busy',
      message: 'OSS refused PutObject (status 500).',
      ec: '0003-1',
      requestId: 'R1',
    });
  });

  it('in JSON', () => {
    const body = '{"Code":"NoSuchBucket","Message":"m","RequestId":"R2","EC":"e","HostId":"h"}';
    expect(refused(404, body).fault).toMatchObject({
      code: 'bucket-missing',
      requestId: 'R2',
      hostId: 'h',
      ec: 'e',
    });
    expect(refused(400, '{"Code":7').fault).toMatchObject({ code: 'server-refused' });
    expect(refused(400, '{"Code":7}').fault.ossCode).toBeUndefined();
  });

  it('in a document that was cut off', () => {
    expect(refused(403, documentOf('SecurityTokenExpired').slice(0, 90)).fault.code).toBe('token-expired');
  });

  it.each([
    ['<html><body>Bad gateway</body></html>', 502, 'server-busy'],
    ['<!DOCTYPE x [<!ENTITY a "b">]><Error><Code>NoSuchBucket</Code></Error>', 404, 'bucket-missing'],
    ['\u0000\u0001', 400, 'server-refused'],
    ['<Error></Error>', 403, 'server-refused'],
    ['', 405, 'server-refused'],
  ] as const)('in no document that we read as XML: %j', (body, status, code) => {
    expect(refused(status, body).fault.code).toBe(code);
  });
});

describe('the message', () => {
  it('names the action and the prefix of what is not allowed', () => {
    expect(refused(403, documentOf('AccessDenied')).fault.message).toBe(
      'OSS refused PutObject: oss:PutObject is not allowed below "uploads/" (AccessDenied).',
    );
    expect(refused(403, documentOf('AccessDenied'), {}, { ...ASKED, keyPrefix: '' }).fault.message).toContain(
      'is not allowed in this bucket',
    );
  });

  it('quotes OSS where we have no words, in one line and without queries, signatures and tokens', () => {
    const secret = 'CAISzgJ1q6Ft5B2yfSjIr5DkLo/jm5p88wZyEBR9AA==';
    const body = `<Error><Code>InvalidArgument</Code><Message>Look\n at http://h/k?Signature=abc and ${secret}</Message></Error>`;
    const { message } = refused(400, body).fault;
    expect(message).toBe('OSS refused PutObject (InvalidArgument): Look at http://h/k and ….');
    const signature = `<Error><Code>SignatureDoesNotMatch</Code><Message>${secret}</Message><StringToSign>${secret}</StringToSign></Error>`;
    expect(JSON.stringify(refused(403, signature).fault)).not.toContain('CAIS');
  });
});

describe('Retry-After', () => {
  it.each([
    ['3', 3_000],
    ['0', 0],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['999999999', 86_400_000],
    ['Wed, 31 Dec 1969 00:00:00 GMT', 0],
  ])('%s', (text, expected) => {
    expect(retryAfterOf({ 'retry-after': text }, 0)).toBe(expected);
  });

  it('that is missing or nonsense is none', () => {
    expect(retryAfterOf({}, 0)).toBeNull();
    expect(retryAfterOf({ 'retry-after': 'soon' }, 0)).toBeNull();
  });
});
