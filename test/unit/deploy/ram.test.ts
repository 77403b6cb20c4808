import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseTrust, trusts } from '../../../src/sandbox/identity/trust';
import { sessionPolicy } from '../../../src/shared/session-policy';
import { deployFiles, filledIn, readDeploy } from './files';
import { allowedBy, CALLS, NEVER } from './policies';

type Right = keyof typeof CALLS;
const RIGHTS: Readonly<Record<string, readonly Right[]>> = {
  'ram/upload.json': ['upload'],
  'ram/upload-and-resume.json': ['upload', 'resume'],
  'ram/upload-and-imm.json': ['upload', 'resume', 'faces'],
  'ram/everything-by-prefix.json': ['upload', 'resume', 'read', 'faces'],
};
const TRUSTS = {
  'ram/trust-account.json': ['acs:ram::1234567890123456:root'],
  'ram/trust-user.json': ['acs:ram::1234567890123456:user/oss-web-upload-server'],
};
const rights = Object.keys(CALLS) as Right[];

describe('the RAM policies', () => {
  it('are all known here', () => {
    const files = deployFiles().filter((path) => path.startsWith('ram/'));
    expect(files).toEqual([...Object.keys(RIGHTS), ...Object.keys(TRUSTS)].sort());
  });

  it.each(Object.entries(RIGHTS))('%s allows %j and nothing else', (path, granted) => {
    const policy = filledIn(path);
    for (const right of rights) {
      const expected = granted.includes(right) ? CALLS[right] : [];
      expect(allowedBy(policy, CALLS[right]), right).toEqual(expected);
    }
    expect(allowedBy(policy, NEVER)).toEqual([]);
    // STS and RAM: a policy has at most 6,144 characters.
    expect(policy.length).toBeLessThan(6144);
  });

  it('upload.json is the one of the documents', () => {
    expect(JSON.parse(readDeploy('ram/upload.json'))).toEqual({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'oss:PutObject',
          Resource: 'acs:oss:*:*:<BucketName>/uploads/*',
        },
      ],
    });
  });

  it('everything-by-prefix.json holds all that a session of the application server can ask for', () => {
    const session = sessionPolicy({
      bucket: 'my-bucket',
      prefix: 'uploads/',
      actions: 'all',
      immProject: 'faces',
    });
    if (!session.ok) throw new Error(session.fault.message);
    const everything = filledIn('ram/everything-by-prefix.json');
    for (const right of rights)
      expect(allowedBy(session.value, CALLS[right])).toEqual(allowedBy(everything, CALLS[right]));
    // A session policy does not name the account: what a session may do is what both allow.
    const both = NEVER.filter((attempt) => allowedBy(session.value, [attempt]).length > 0);
    expect(allowedBy(everything, both)).toEqual([]);
  });

  it.each(Object.entries(TRUSTS))('%s trusts %j', (path, principals) => {
    const trust = z.strictObject({
      Version: z.literal('1'),
      Statement: z.tuple([
        z.strictObject({
          Effect: z.literal('Allow'),
          Action: z.literal('sts:AssumeRole'),
          Principal: z.strictObject({ RAM: z.array(z.string()) }),
        }),
      ]),
    });
    expect(trust.parse(JSON.parse(filledIn(path))).Statement[0].Principal.RAM).toEqual(principals);
  });

  const ARNS = ['user/oss-web-upload-server', 'user/oss-web-upload-server2', 'user/other', 'role/other'];
  it.each([
    ['ram/trust-account.json', ARNS],
    ['ram/trust-user.json', ARNS.slice(0, 1)],
  ])('%s lets %j of the account assume the role, and nobody else', (path, allowed) => {
    const trust = parseTrust(JSON.parse(filledIn(path)));
    const trustedOf = (account: string): readonly string[] =>
      ARNS.filter((name) =>
        trusts(trust, {
          userArn: `acs:ram::${account}:${name}`,
          accountArn: `acs:ram::${account}:root`,
          context: new Map(),
        }),
      );
    expect(trustedOf('1234567890123456')).toEqual(allowed);
    expect(trustedOf('9999999999999999')).toEqual([]);
  });
});
