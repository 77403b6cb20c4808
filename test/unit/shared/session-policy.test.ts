import { describe, expect, it } from 'vitest';
import { sessionPolicy } from '../../../src/shared/session-policy';

const SCOPE = { bucket: 'b-1', prefix: 'uploads/alice/', actions: 'all' as const };
const parsed = (scope: Parameters<typeof sessionPolicy>[0]): unknown => {
  const outcome = sessionPolicy(scope);
  return outcome.ok ? JSON.parse(outcome.value) : outcome.fault;
};

describe('sessionPolicy', () => {
  it('all: objects below the prefix, the two lists, and faces of any project', () => {
    expect(parsed(SCOPE)).toEqual({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'oss:PutObject',
            'oss:AbortMultipartUpload',
            'oss:ListParts',
            'oss:GetObject',
            'oss:PutObjectTagging',
            'oss:PutObjectAcl',
          ],
          Resource: 'acs:oss:*:*:b-1/uploads/alice/*',
        },
        {
          Effect: 'Allow',
          Action: 'oss:ListObjects',
          Resource: 'acs:oss:*:*:b-1',
          Condition: { StringLike: { 'oss:Prefix': 'uploads/alice/*' } },
        },
        { Effect: 'Allow', Action: 'oss:ListMultipartUploads', Resource: 'acs:oss:*:*:b-1' },
        { Effect: 'Allow', Action: 'imm:DetectImageFaces', Resource: '*' },
      ],
    });
  });

  it('upload: the three rights of writing and nothing else', () => {
    expect(parsed({ ...SCOPE, prefix: '', actions: 'upload', immProject: 'p' })).toEqual({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['oss:PutObject', 'oss:AbortMultipartUpload', 'oss:ListParts'],
          Resource: 'acs:oss:*:*:b-1/*',
        },
      ],
    });
  });

  it('names the IMM project', () => {
    const outcome = sessionPolicy({ ...SCOPE, immProject: 'faces' });
    expect(outcome.ok && outcome.value).toContain('"acs:imm:*:*:project/faces"');
  });

  it('is compact', () => {
    const outcome = sessionPolicy(SCOPE);
    expect(outcome.ok && outcome.value).not.toMatch(/[\n ]/);
  });

  it('refuses what STS would refuse for its length, at 2048 characters', () => {
    const length = (prefix: string): number => {
      const outcome = sessionPolicy({ ...SCOPE, actions: 'upload', prefix });
      return outcome.ok ? outcome.value.length : -1;
    };
    const room = 2048 - length('');
    expect(length('x'.repeat(room))).toBe(2048);
    expect(sessionPolicy({ ...SCOPE, actions: 'upload', prefix: 'x'.repeat(room + 1) })).toMatchObject({
      ok: false,
      fault: { code: 'invalid-input', message: expect.stringContaining('has 2049 characters') as string },
    });
  });

  it.each(['a*/', 'a?/', '${x}/'])(
    'refuses the prefix %s, which would reach further than it says',
    (prefix) => {
      expect(sessionPolicy({ ...SCOPE, prefix })).toMatchObject({
        ok: false,
        fault: { code: 'invalid-input' },
      });
    },
  );

  it('cannot be broken out of', () => {
    const outcome = sessionPolicy({ ...SCOPE, prefix: 'a"],"Action":"oss:DeleteObject/' });
    expect(outcome.ok && (JSON.parse(outcome.value) as { Statement: unknown[] }).Statement).toHaveLength(4);
  });
});
