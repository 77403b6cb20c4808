import { describe, expect, test } from 'vitest';
import { parsePolicy, PolicyGrammarError } from '../../../../src/sandbox/identity/policy';
import { isAllowed, matchesPattern } from '../../../../src/sandbox/identity/policy-evaluation';

const policy = (...statements: object[]) =>
  parsePolicy(JSON.stringify({ Version: '1', Statement: statements }));
const request = (action: string, name: string, context: Record<string, string> = {}) => ({
  action,
  resource: `acs:oss:oss-cn-hangzhou:1234567890123456:${name}`,
  context: new Map(Object.entries(context)),
});
const put = (key: string) => request('oss:PutObject', `sandbox/${key}`);
const uploads = { Effect: 'Allow', Action: 'oss:PutObject', Resource: 'acs:oss:*:*:sandbox/uploads/*' };

describe('what a policy allows', () => {
  test('is what a statement names by action, bucket and key prefix, and nothing else', () => {
    const policies = [policy(uploads)];
    expect(isAllowed(policies, put('uploads/a'))).toBe(true);
    expect(isAllowed(policies, put('uploads/a/b:c'))).toBe(true);
    expect(isAllowed(policies, put('uploads'))).toBe(false);
    expect(isAllowed(policies, put('other/a'))).toBe(false);
    expect(isAllowed(policies, request('oss:PutObject', 'another/uploads/a'))).toBe(false);
    expect(isAllowed(policies, request('oss:GetObject', 'sandbox/uploads/a'))).toBe(false);
    expect(isAllowed([policy()], put('uploads/a'))).toBe(false);
  });

  test('is the intersection of all policies', () => {
    const wide = policy({ Effect: 'Allow', Action: '*', Resource: '*' });
    expect(isAllowed([wide, policy(uploads)], put('uploads/a'))).toBe(true);
    expect(isAllowed([wide, policy(uploads)], put('other/a'))).toBe(false);
    expect(isAllowed([policy(uploads), wide], put('other/a'))).toBe(false);
  });

  test('ends where a statement denies, whatever the order', () => {
    const deny = { Effect: 'Deny', Action: 'oss:*', Resource: 'acs:oss:*:*:sandbox/uploads/secret/*' };
    for (const policies of [[policy(uploads, deny)], [policy(deny, uploads)]]) {
      expect(isAllowed(policies, put('uploads/a'))).toBe(true);
      expect(isAllowed(policies, put('uploads/secret/a'))).toBe(false);
    }
  });

  test('takes lists, NotAction and NotResource, and actions in any case', () => {
    const allBut = policy({
      Effect: 'Allow',
      NotAction: ['oss:Delete*'],
      NotResource: 'acs:oss:*:*:sandbox/keep/*',
    });
    expect(isAllowed([allBut], put('a'))).toBe(true);
    expect(isAllowed([allBut], put('keep/a'))).toBe(false);
    expect(isAllowed([allBut], request('oss:DeleteObject', 'sandbox/a'))).toBe(false);
    expect(isAllowed([policy({ ...uploads, Action: ['oss:x', 'OSS:putobject'] })], put('uploads/a'))).toBe(
      true,
    );
  });

  test('knows a region by both of its names, and does not let it reach over the colon', () => {
    const at = (region: string) => policy({ ...uploads, Resource: `acs:oss:${region}:*:sandbox/*` });
    expect(isAllowed([at('cn-hangzhou')], put('a'))).toBe(true);
    expect(isAllowed([at('oss-cn-hangzhou')], put('a'))).toBe(true);
    expect(isAllowed([at('cn-beijing')], put('a'))).toBe(false);
    expect(isAllowed([policy({ ...uploads, Resource: 'acs:oss:*:sandbox/*' })], put('a'))).toBe(false);
  });
});

describe('conditions', () => {
  const listing = (condition: object) =>
    policy({ Effect: 'Allow', Action: 'oss:ListObjects', Resource: '*', Condition: condition });
  const list = (context: Record<string, string>) => request('oss:ListObjects', 'sandbox', context);

  test('StringLike oss:Prefix lets only listings below the prefix pass', () => {
    const policies = [listing({ StringLike: { 'oss:Prefix': ['uploads/*', 'docs/'] } })];
    expect(isAllowed(policies, list({ 'oss:prefix': 'uploads/2024/' }))).toBe(true);
    expect(isAllowed(policies, list({ 'oss:prefix': 'docs/' }))).toBe(true);
    expect(isAllowed(policies, list({ 'oss:prefix': '' }))).toBe(false);
    expect(isAllowed(policies, list({}))).toBe(false);
  });

  test('a negated test holds only if no value matches', () => {
    const policies = [listing({ StringNotEquals: { 'oss:Delimiter': ['/', '|'] } })];
    expect(isAllowed(policies, list({ 'oss:delimiter': '|' }))).toBe(false);
    expect(isAllowed(policies, list({ 'oss:delimiter': '' }))).toBe(true);
  });

  test('all of them must hold', () => {
    const policies = [
      listing({
        IpAddress: { 'acs:SourceIp': '127.0.0.0/8' },
        DateLessThan: { 'acs:CurrentTime': '2030-01-01T00:00:00Z' },
        Bool: { 'acs:SecureTransport': false },
      }),
    ];
    const context = {
      'acs:sourceip': '127.0.0.1',
      'acs:currenttime': '2029-06-01T00:00:00Z',
      'acs:securetransport': 'false',
    };
    expect(isAllowed(policies, list(context))).toBe(true);
    expect(isAllowed(policies, list({ ...context, 'acs:sourceip': '10.0.0.1' }))).toBe(false);
    expect(isAllowed(policies, list({ ...context, 'acs:currenttime': '2031-06-01T00:00:00Z' }))).toBe(false);
    expect(isAllowed(policies, list({ ...context, 'acs:securetransport': 'true' }))).toBe(false);
  });
});

test.each([
  ['*', 'anything', true],
  ['a*c', 'abbbc', true],
  ['a*c*e', 'abcde', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a*', 'ba', false],
  ['', '', true],
  ['a**', 'a', true],
  ['*aab', 'aaaab', true],
  ['a.c', 'abc', false],
])('the pattern %j against %j: %j', (pattern, text, expected) => {
  expect(matchesPattern(pattern, text)).toBe(expected);
});

test.each([
  ['{'],
  ['[]'],
  ['{"Version":"2","Statement":[]}'],
  ['{"Version":"1"}'],
  ['{"Version":"1","Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}'],
  ['{"Version":"1","Statement":[{"Effect":"Allow","Resource":"*"}]}'],
  ['{"Version":"1","Statement":[{"Effect":"Allow","Action":"*"}]}'],
  ['{"Version":"1","Statement":[{"Effect":"Allow","Action":[],"Resource":"*"}]}'],
  ['{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}'],
  [
    '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Guess":{"a":"b"}}}]}',
  ],
])('the grammar refuses %s', (text) => {
  expect(() => parsePolicy(text)).toThrow(PolicyGrammarError);
});
