import { describe, expect, it } from 'vitest';
import { hostWithoutPort, isLoopbackHost } from '../../../src/app-server/loopback';

describe('isLoopbackHost', () => {
  it.each(['localhost', 'LOCALHOST', 'oss.localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])(
    'takes %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );
  it.each(['', '0.0.0.0', '::', '127.0.0.1.example.com', 'notlocalhost', '128.0.0.1', 'localhost.example'])(
    'refuses %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(false);
    },
  );
});

describe('hostWithoutPort', () => {
  it('leaves the host of a Host header', () => {
    expect(['127.0.0.1:80', '[::1]:80', '[::1]', 'localhost'].map(hostWithoutPort)).toEqual([
      '127.0.0.1',
      '[::1]',
      '[::1]',
      'localhost',
    ]);
  });
});
