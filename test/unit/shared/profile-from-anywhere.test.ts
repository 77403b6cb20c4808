/** A profile may come by a link from anybody: what it names must be what is shown and what is reached. */
import { describe, expect, it } from 'vitest';
import { profileProblem, profileSchema } from '../../../src/shared/profile';

const PLAIN = {
  name: 'Studio',
  region: 'cn-hangzhou',
  bucket: 'studio',
  authorization: { kind: 'token-server', url: 'https://tokens.example.com/get_sts_token' },
};
const problemOf = (changes: object): string | null => {
  const parsed = profileSchema.safeParse({ ...PLAIN, ...changes });
  return parsed.success ? null : profileProblem(parsed.error);
};

describe('an address', () => {
  it.each([
    'https://oss-cn-hangzhou.aliyuncs.com',
    'https://files.example.com:8443/',
    'http://localhost:9000',
    'http://oss-cn-hangzhou.localhost:9000',
    'http://127.0.0.1:9000/',
    'http://[::1]:9000',
  ])('%s is one', (endpoint) => {
    expect(problemOf({ endpoint })).toBeNull();
  });

  it.each([
    'http://evil.example',
    'http://evil.example#@localhost',
    'http://evil.example?@127.0.0.1',
    'http://localhost@evil.example',
    'http://localhost\\@evil.example',
    'http://localhost.evil.example',
    'HTTP://evil.example',
    'http:evil.example',
    'http:///evil.example',
  ])('%s does not pass for one of this computer', (address) => {
    expect(problemOf({ endpoint: address })).toMatch(/"endpoint" is wrong/);
    expect(problemOf({ authorization: { kind: 'token-server', url: address } })).toMatch(/url" is wrong/);
    expect(problemOf({ imm: { project: 'p', endpoint: address } })).toMatch(/"imm.endpoint" is wrong/);
    expect(problemOf({ callback: { url: 'https://a.example', body: 'x', noticeUrl: address } })).toMatch(
      /noticeUrl" is wrong/,
    );
  });

  it.each([
    'https://user:secret@example.com',
    'https://secret@example.com',
    'https://example.com\\secret',
    'https://example.com/a secret',
    'https://example.com/\u001b[2Jsecret',
  ])('%j is none: nothing in it would be shared or shown otherwise', (url) => {
    const said = problemOf({ authorization: { kind: 'token-server', url } });
    expect(said).toMatch(/no name, password, blank or backslash/);
    expect(said).not.toContain('secret');
  });

  it('of OSS ends with its host: a path would be left out in silence', () => {
    for (const endpoint of ['https://example.com/bucket', 'https://example.com?x', 'https://example.com#x'])
      expect(problemOf({ endpoint })).toMatch(/must have no path after the host/);
  });
});

describe('a prefix', () => {
  it.each(['..', 'a/../b/', './a', 'a/.', '{user}/../'])('%s leads nowhere else', (prefix) => {
    expect(problemOf({ prefix })).toMatch(/must have no steps \. or \.\./);
    expect(problemOf({ faces: { ingest: { prefix } } })).not.toBeNull();
  });

  it.each(['a\nb', 'a\u0000b', 'a\u001b[2J', '\ud800'])('%j has nothing that cannot be seen', (prefix) => {
    expect(problemOf({ prefix })).toMatch(/must have no control characters/);
  });

  it('may have dots in its names', () => {
    expect(problemOf({ prefix: 'v1.2/.hidden/..x/y../' })).toBeNull();
  });
});

describe('what a terminal would be told', () => {
  it.each(['a\u001b]0;x', 'a\nb', '\u202emoc.live'])('a name is plain text, unlike %j', (name) => {
    expect(problemOf({ name })).toMatch(/must be one line of plain text/);
  });

  it('holds no field’s name in full length, and no control characters of it', () => {
    expect(problemOf({ ['\u001b[2J\u202e']: 1 })).toContain('unknown field "?[2J?"');
    expect(problemOf({ ['x'.repeat(60_000)]: 1 })?.length).toBeLessThan(250);
  });
});
