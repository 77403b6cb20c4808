import { describe, expect, it } from 'vitest';
import type { ProfileInput } from '../../../../src/shared/profile';
import { answerWith, contextOf } from '../scripted-server';
import {
  CREDENTIALS,
  KEEP,
  OK_PUT,
  key,
  server,
  store,
  uploadId,
  useCredentials,
  useProfile,
  useScriptedStore,
  wholeBody,
} from './scripted-store';
import { verifySignature } from './signature-verifier';

useScriptedStore();

const KEYS = [
  'plain.txt',
  'a b#c%d+e"f\'g(h)*!~/ü/文件/日本語/😀.jpg',
  '/lead'.slice(1),
  'double//slash/../dots/./x',
  ' leading blank',
  '%2F%20?x=1&y=2',
  'e\u0301-nfd',
];

describe('signatures, judged by an independent verifier', () => {
  const styles: readonly [string, () => Partial<ProfileInput>, 'host' | 'path', string][] = [
    ['virtual host', () => ({}), 'host', 'bucket-1.oss-cn-hangzhou.localhost'],
    [
      'custom domain',
      () => ({ addressing: 'cname', endpoint: `http://files.localhost:${server.port}` }),
      'host',
      'files.localhost',
    ],
    ['path on an IP host', () => ({ endpoint: `http://127.0.0.1:${server.port}` }), 'path', '127.0.0.1'],
    ['path on a name', () => ({ addressing: 'path' }), 'path', 'oss-cn-hangzhou.localhost'],
  ];
  for (const signature of ['v4', 'v1'] as const) {
    it.each(styles)(`${signature}, %s`, async (_, more, style, host) => {
      useProfile({ ...more(), signature });
      const expected = signature === 'v4' ? 'v4 STS.key cn-hangzhou' : 'v1 STS.key';
      for (const name of KEYS) {
        server.script(answerWith(200, OK_PUT));
        server.script(answerWith(500));
        server.script(answerWith(200, { ETag: '"1"' }));
        server.script(answerWith(500));
        server.script(answerWith(204));
        server.script(answerWith(500));
        server.script(answerWith(404));
        server.script(answerWith(500));
        await store.putObject(contextOf(), key(name), wholeBody('hello'), KEEP);
        await store.initiateMultipartUpload(contextOf(), key(name), KEEP);
        await store.uploadPart(contextOf(), key(name), uploadId, 10_000, wholeBody('part'));
        await store.listParts(contextOf(), key(name), uploadId);
        await store.abortMultipartUpload(contextOf(), key(name), uploadId);
        await store.completeMultipartUpload(contextOf(), key(name), uploadId, [], KEEP);
        await store.headObject(contextOf(), key(name));
        await store.listUploads(contextOf(), key(name));
      }
      expect(server.received).toHaveLength(KEYS.length * 8);
      for (const request of server.received) {
        expect(verifySignature(request, 'bucket-1', style, 'a secret')).toBe(expected);
        expect(request.headers.host).toBe(`${host}:${server.port}`);
        expect(request.headers['x-oss-security-token']).toBe('token/+=');
      }
      expect(verifySignature(server.received[0]!, 'bucket-1', style, 'another secret')).toBe(
        'signature differs',
      );
      const paths = server.received
        .filter((request) => request.method === 'HEAD')
        .map((request) => request.url);
      const before = style === 'path' ? '/bucket-1/' : '/';
      expect(paths.map((path) => decodeURIComponent(path!).slice(before.length))).toEqual(KEYS);
    });
  }

  it('follow the clock of the server', async () => {
    server.script(answerWith(404));
    await store.headObject(contextOf({ clockOffsetMs: -7_200_000 }), key('a'));
    const stamp = String(server.received[0]!.headers['x-oss-date']);
    const at = Date.parse(stamp.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'));
    expect(Math.abs(at - (Date.now() - 7_200_000))).toBeLessThan(3_000);
  });

  it('use new credentials that come under the same generation', async () => {
    server.script(answerWith(404));
    server.script(answerWith(404));
    await store.headObject(contextOf(), key('a'));
    useCredentials({ ...CREDENTIALS, accessKeySecret: 'second', securityToken: null });
    await store.headObject(contextOf(), key('a'));
    expect(verifySignature(server.received[1]!, 'bucket-1', 'host', 'second')).toMatch(/^v4/);
    expect(server.received[1]!.headers['x-oss-security-token']).toBeUndefined();
  });
});
