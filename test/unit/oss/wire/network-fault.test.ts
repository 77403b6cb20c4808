import { expect, it } from 'vitest';
import { networkFault } from '../../../../src/oss/wire/network-fault';

const withCode = (code: string): Error => Object.assign(new Error('https://h/?Signature=secret'), { code });

it.each([
  ['ECONNREFUSED', 'network-offline'],
  ['ENETUNREACH', 'network-offline'],
  ['EHOSTUNREACH', 'network-offline'],
  ['ETIMEDOUT', 'network-offline'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['EPROTO', 'tls'],
  ['ECONNRESET', 'connection-lost'],
  ['HPE_INVALID_CONSTANT', 'captive-portal'],
])('%s before a connection stands is %s', (code, expected) => {
  const fault = networkFault(withCode(code), 'h:1', false);
  expect(fault.code).toBe(expected);
  expect(fault.message).not.toContain('secret');
});

it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENETUNREACH', 'EPROTO'])(
  '%s on a connection that stood leaves open what became of the request',
  (code) => {
    expect(networkFault(withCode(code), 'h:1', true).code).toBe('connection-lost');
  },
);

it('looks into the errors of several addresses', () => {
  const error = new AggregateError([withCode('ECONNREFUSED'), withCode('ETIMEDOUT')]);
  expect(networkFault(error, 'h:1', false).code).toBe('network-offline');
  expect(networkFault('nonsense', 'h:1', false).code).toBe('connection-lost');
});
