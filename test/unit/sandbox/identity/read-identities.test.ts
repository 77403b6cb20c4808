import { describe, expect, test } from 'vitest';
import { IdentityError, readRoles, readUsers } from '../../../../src/sandbox/identity/read-identities';

const POLICY = { Version: '1', Statement: [{ Effect: 'Allow', Action: 'oss:*', Resource: '*' }] };
const USER = {
  name: 'alice',
  accessKeyId: 'LTAI5tAlice',
  accessKeySecret: 'secret-of-alice',
  policy: POLICY,
};
const ROLE = { name: 'reader', policy: POLICY };

function sentenceOf(read: (text: string) => unknown, value: unknown): string {
  try {
    read(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    expect(error).toBeInstanceOf(IdentityError);
    return (error as Error).message;
  }
  return 'nothing was wrong';
}

describe('a users file', () => {
  test('is read', () => {
    expect(readUsers(JSON.stringify([USER]))).toMatchObject([
      { name: 'alice', accessKeySecret: 'secret-of-alice' },
    ]);
    expect(readUsers('[]')).toEqual([]);
  });

  test.each<[unknown, string]>([
    ['{', 'The users file is not JSON.'],
    [{}, 'The users file must hold a JSON array.'],
    [[1], 'User 1 cannot be used: it must be an object.'],
    [[{ ...USER, more: 1 }], 'User 1 has an unknown field "more".'],
    [[{ ...USER, name: '' }], 'User 1: "name" is missing or wrongly formed.'],
    [
      [USER, { ...USER, accessKeySecret: 'short' }],
      'User 2: "accessKeySecret" is missing or wrongly formed.',
    ],
    [[{ ...USER, policy: { Version: '2' } }], 'User 1: its policy cannot be used: Version must be "1".'],
    [[{ ...USER, policy: undefined }], 'User 1: its policy cannot be used: the policy must be an object.'],
    [[USER, { ...USER, accessKeyId: 'LTAI5tOther' }], 'The users file has two users of the name "alice".'],
    [[USER, { ...USER, name: 'bob' }], 'The users file has two users of the accessKeyId "LTAI5tAlice".'],
  ])('%j gets one sentence', (value, sentence) => {
    expect(sentenceOf(readUsers, value)).toBe(sentence);
    expect(sentence).not.toContain(USER.accessKeySecret);
  });
});

describe('a roles file', () => {
  test('is read, with an hour and the whole account where it says nothing', () => {
    expect(readRoles(JSON.stringify([ROLE]))).toMatchObject([
      { name: 'reader', trust: null, maxSessionSeconds: 3_600 },
    ]);
  });

  const trust = (statement: object) => [{ ...ROLE, trust: { Version: '1', Statement: [statement] } }];
  test.each<[unknown, string]>([
    [[{ ...ROLE, maxSessionSeconds: 900 }], '"maxSessionSeconds" must be a whole number from 3600 to 43200.'],
    [[ROLE, ROLE], 'two roles of the name "reader"'],
    [[{ ...ROLE, trust: 1 }], 'Role 1: its trust policy cannot be used: the trust policy must be an object.'],
    [[{ ...ROLE, trust: { Version: '1' } }], 'Statement must be an array'],
    [trust({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }), 'has a Principal, not a Resource'],
    [trust({ Effect: 'Allow', Action: 'sts:AssumeRole' }), 'Principal must be an object'],
    [
      trust({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [1] } }),
      'Principal.RAM must be a string',
    ],
    [
      trust({ Effect: 'May', Action: 'sts:AssumeRole', Principal: { RAM: '*' } }),
      'Effect must be Allow or Deny',
    ],
  ])('%j gets one sentence', (value, part) => {
    expect(sentenceOf(readRoles, value)).toContain(part);
  });
});
