import { expect, test } from 'vitest';
import { signV1 } from '../../../../src/sandbox/signatures/oss-v1';
import { signV4 } from '../../../../src/sandbox/signatures/oss-v4';
import { Query } from '../../../../src/sandbox/wire/query';

// The worked example of OSS's page "Include signatures in the Authorization header".
test('V1 gives the signature of the documents', () => {
  const headers = new Map([
    ['content-md5', 'ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM='],
    ['content-type', 'text/html'],
    ['x-oss-magic', 'abracadabra'],
    ['x-oss-meta-author', 'foo@bar.com'],
    ['host', 'oss-example.oss-cn-hangzhou.aliyuncs.com'],
  ]);
  const date = 'Thu, 17 Nov 2005 18:49:58 GMT';
  const request = { method: 'PUT', resource: '/oss-example/nelson', query: new Query(''), headers, date };
  expect(signV1(request, 'OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV').signature).toBe(
    '26NBxoKdsyly4EDv6inkoDft/yA=',
  );
});

// The case with which Alibaba's own SDKs test their V4 signer.
test('V4 gives the signature that the official SDKs expect', () => {
  const headers = new Map([
    ['x-oss-head1', 'value'],
    ['abc', 'value'],
    ['zabc', 'value'],
    ['xyz', 'value'],
    ['content-type', 'text/plain'],
    ['x-oss-content-sha256', 'UNSIGNED-PAYLOAD'],
    ['x-oss-date', '20231216T162057Z'],
  ]);
  const request = {
    method: 'PUT',
    resource: '/bucket/1234+-/123/1.txt',
    query: new Query('param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2=&%7Cparam2&param2='),
    headers,
    payload: 'UNSIGNED-PAYLOAD',
    timestamp: '20231216T162057Z',
    scope: { date: '20231216', region: 'cn-hangzhou', product: 'oss' },
  };
  expect(signV4({ ...request, additionalHeaders: [] }, 'sk').signature).toBe(
    'e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe',
  );
  const later = '20231216T172512Z';
  const withMore = {
    ...request,
    headers: new Map([...headers, ['x-oss-date', later]]),
    timestamp: later,
    additionalHeaders: ['abc', 'zabc'],
  };
  expect(signV4(withMore, 'sk').signature).toBe(
    '4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f',
  );
});
