import { describe, expect, it } from 'vitest';
import {
  AUTHORIZATION_FIELDS,
  authorizationInput,
  authorizationValuesOf,
  checkSecret,
  EMPTY_AUTHORIZATION,
  EMPTY_DRAFT,
  FIELDS_OF_WAY,
  staysKept,
  type AuthorizationValues,
} from '../../../../../src/renderer/features/destinations/authorization-model';
import { check, EMPTY_FORM } from '../../../../../src/renderer/features/destinations/form-model';
import { asksForSignIn } from '../../../../../src/renderer/features/needs/causes';
import { fault, type FaultCode } from '../../../../../src/shared/faults';
import { profileSchema, type ProfileInput } from '../../../../../src/shared/profile';
import { WAY_KINDS } from '../../../../../src/shared/secrets';
import type { Cause } from '../../../../../src/shared/queue-view';

const ROLE = {
  kind: 'assume-role',
  roleArn: 'acs:ram::123456789012:role/uploader',
  roleSessionName: 'desk',
  durationSeconds: 900,
  externalId: 'outside-42',
  stsEndpoint: 'https://sts.example.com',
  aliyunProfile: 'work',
} as const;
const profileOf = (authorization: ProfileInput['authorization']) =>
  profileSchema.parse({ name: 'n', bucket: 'team-media', region: 'cn-hangzhou', authorization });
const values = (change: Partial<AuthorizationValues>): AuthorizationValues => ({
  ...EMPTY_AUTHORIZATION,
  ...change,
});
const PAIR = { accessKeyId: 'LTAI5tExampleKey1', accessKeySecret: 'a-secret-of-thirty-characters' };

describe('the ways of authorization in the form', () => {
  it.each<ProfileInput['authorization']>([
    { kind: 'token-server', url: 'https://a.example/get_sts_token' },
    ROLE,
    { kind: 'temporary' },
    { kind: 'signed-url', url: 'https://a.example/sign_upload_url' },
    { kind: 'post-policy', url: 'https://a.example/get_post_policy' },
  ])('show and give back what the profile holds: %j', (authorization) => {
    expect(authorizationInput(authorizationValuesOf(profileOf(authorization)))).toEqual(authorization);
  });

  it('have all fields in the form, and each field in a way', () => {
    expect(Object.keys(FIELDS_OF_WAY).sort()).toEqual([...WAY_KINDS].sort());
    const { way, ...fields } = EMPTY_AUTHORIZATION;
    expect(way).toBe('token-server');
    expect([...AUTHORIZATION_FIELDS].sort()).toEqual(Object.keys(fields).sort());
  });

  it('say beside the field what is wrong with a role', () => {
    const wrong = (change: Partial<AuthorizationValues>) => {
      const form = {
        ...EMPTY_FORM,
        bucket: 'team-media',
        region: 'cn-hangzhou',
        way: 'assume-role' as const,
      };
      const checked = check({ ...form, roleArn: ROLE.roleArn, ...change }, null);
      return checked.kind === 'wrong' ? checked.problems : {};
    };
    expect(wrong({})).toEqual({});
    expect(wrong({ roleArn: '' })).toEqual({ roleArn: 'empty' });
    expect(wrong({ roleArn: 'uploader' })).toEqual({ roleArn: 'shape' });
    expect(wrong({ roleSessionName: 'two words' })).toEqual({ roleSessionName: 'shape' });
    expect(wrong({ durationSeconds: '899' })).toEqual({ durationSeconds: 'shape' });
    expect(wrong({ durationSeconds: '1 h' })).toEqual({ durationSeconds: 'shape' });
    expect(wrong({ externalId: 'x' })).toEqual({ externalId: 'shape' });
    expect(wrong({ stsEndpoint: 'http://sts.example.com' })).toEqual({ stsEndpoint: 'insecure' });
    // What belongs to another way is not judged.
    expect(wrong({ serverUrl: 'nonsense' })).toEqual({});
  });
});

describe('a secret', () => {
  it('is needed for a role, unless one is kept or a profile of the aliyun CLI is named', () => {
    const role = values({ way: 'assume-role' });
    expect(checkSecret(role, EMPTY_DRAFT, false)).toEqual({
      kind: 'wrong',
      problems: { accessKeyId: 'empty', accessKeySecret: 'empty' },
    });
    expect(checkSecret(role, EMPTY_DRAFT, true)).toEqual({ kind: 'none' });
    expect(checkSecret({ ...role, aliyunProfile: 'work' }, EMPTY_DRAFT, false)).toEqual({ kind: 'none' });
    const typed = {
      ...EMPTY_DRAFT,
      accessKeyId: ` ${PAIR.accessKeyId} `,
      accessKeySecret: PAIR.accessKeySecret,
    };
    expect(checkSecret(role, typed, false)).toEqual({
      kind: 'secret',
      secret: { kind: 'access-key', ...PAIR },
    });
    expect(checkSecret(role, { ...typed, accessKeyId: 'STS.abcdefgh' }, false)).toEqual({
      kind: 'wrong',
      problems: { accessKeyId: 'temporary' },
    });
    expect(checkSecret(role, { ...typed, accessKeySecret: 'a b' }, true)).toEqual({
      kind: 'wrong',
      problems: { accessKeySecret: 'shape' },
    });
  });

  it('may be left out for a server, and has a form where it is given', () => {
    const server = values({ way: 'token-server' });
    expect(checkSecret(server, EMPTY_DRAFT, false)).toEqual({ kind: 'none' });
    expect(checkSecret(server, { ...EMPTY_DRAFT, bearer: ' abc ' }, false)).toEqual({
      kind: 'secret',
      secret: { kind: 'bearer', bearer: 'abc' },
    });
    expect(checkSecret(server, { ...EMPTY_DRAFT, bearer: 'a b' }, false)).toEqual({
      kind: 'wrong',
      problems: { bearer: 'shape' },
    });
  });

  it('that is pasted is read while it is typed', () => {
    const temporary = values({ way: 'temporary' });
    const pasted = (text: string) => checkSecret(temporary, { ...EMPTY_DRAFT, pasted: text }, false);
    expect(pasted('')).toEqual({ kind: 'wrong', problems: { pasted: 'empty' } });
    expect(pasted('{"')).toEqual({ kind: 'wrong', problems: { pasted: 'not-json' } });
    expect(pasted('STS.a b c').kind).toBe('secret');
  });

  it('serves on only for the same kind of way and the same server', () => {
    const before = profileOf({ kind: 'token-server', url: 'https://a.example/x' });
    const to = (change: Partial<AuthorizationValues>) => staysKept(values(change), before);
    expect(to({ way: 'token-server', serverUrl: 'https://a.example/y' })).toBe(true);
    expect(to({ way: 'signed-url', serverUrl: 'https://a.example/y' })).toBe(true);
    expect(to({ way: 'token-server', serverUrl: 'https://b.example/x' })).toBe(false);
    expect(to({ way: 'temporary', serverUrl: 'https://a.example/x' })).toBe(false);
  });
});

describe('the row of a cause', () => {
  const cause = (kind: Cause['kind'], code: FaultCode): Cause =>
    ({ kind, fault: fault(code, '') }) as unknown as Cause;

  it('offers the fields where entering credentials ends it', () => {
    expect(asksForSignIn(cause('credentials', 'token-refused'))).toBe(true);
    expect(asksForSignIn(cause('credentials', 'token-expired'))).toBe(true);
    expect(asksForSignIn(cause('credentials', 'token-server-silent'))).toBe(false);
    expect(asksForSignIn(cause('failed', 'signature'))).toBe(false);
  });
});
