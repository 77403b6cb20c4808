import { expect, it } from 'vitest';
import { proxyInEnvironment, proxyOfSystem } from '../../../../src/host/doctor/proxies';

const url = new URL('https://team-media.oss-cn-hangzhou.aliyuncs.com');
const named = (environment: Record<string, string>, of = url) => proxyInEnvironment(of, environment);

it.each<[Record<string, string>, { variable: string; proxy: string } | null]>([
  [{}, null],
  [{ HTTPS_PROXY: ' ' }, null],
  [{ HTTP_PROXY: 'http://p:1' }, null],
  [{ HTTPS_PROXY: 'http://p:1' }, { variable: 'HTTPS_PROXY', proxy: 'p:1' }],
  [{ https_proxy: 'p:1' }, { variable: 'https_proxy', proxy: 'p:1' }],
  [{ ALL_PROXY: 'socks5://me:p@ss@p:1/x' }, { variable: 'ALL_PROXY', proxy: 'p:1' }],
  [{ HTTPS_PROXY: 'p:1', NO_PROXY: 'localhost,.aliyuncs.com' }, null],
  [{ HTTPS_PROXY: 'p:1', NO_PROXY: '*.aliyuncs.com' }, null],
  [{ HTTPS_PROXY: 'p:1', no_proxy: 'aliyuncs.com:443' }, null],
  [{ HTTPS_PROXY: 'p:1', NO_PROXY: '*' }, null],
  [
    { HTTPS_PROXY: 'p:1', NO_PROXY: 'aliyuncs.com:8443' },
    { variable: 'HTTPS_PROXY', proxy: 'p:1' },
  ],
  [
    { HTTPS_PROXY: 'p:1', NO_PROXY: 'notaliyuncs.com' },
    { variable: 'HTTPS_PROXY', proxy: 'p:1' },
  ],
  [
    { HTTPS_PROXY: 'p:1', NO_PROXY: 'yuncs.com' },
    { variable: 'HTTPS_PROXY', proxy: 'p:1' },
  ],
])('the environment %j', (environment, expected) => {
  expect(named(environment)).toEqual(expected);
});

it.each<[string, string | null]>([
  ['DIRECT', null],
  ['', null],
  ['direct; PROXY p:1', null],
  ['PROXY p:1; DIRECT', 'p:1'],
  ['HTTPS p:1', 'p:1'],
  ['SOCKS5 p:1', 'p:1'],
])('the system says %s', (answer, proxy) => {
  expect(proxyOfSystem(answer)?.proxy ?? null).toBe(proxy);
});
