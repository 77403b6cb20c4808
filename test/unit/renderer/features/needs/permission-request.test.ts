import { describe, expect, it } from 'vitest';
import {
  asksForPermission,
  permissionRequest,
} from '../../../../../src/renderer/features/needs/permission-request';
import { cause } from '../../samples';

describe('the request for the administrator', () => {
  it('names the rights and the place, as a policy takes them', () => {
    expect(JSON.parse(permissionRequest({ bucket: 'team-media', prefix: 'ingest/2026/' }))).toEqual({
      Effect: 'Allow',
      Action: ['oss:PutObject', 'oss:AbortMultipartUpload', 'oss:ListParts'],
      Resource: ['acs:oss:*:*:team-media/ingest/2026/*'],
    });
  });

  it('names what the settings of its objects need, too', () => {
    const object = { acl: 'private', tags: { a: 'b' } } as const;
    const request = JSON.parse(permissionRequest({ bucket: 'team-media', prefix: '', object })) as {
      Action: string[];
    };
    expect(request.Action.slice(3)).toEqual(['oss:PutObjectTagging', 'oss:PutObjectAcl']);
  });

  it('is made for a missing right alone', () => {
    expect(asksForPermission(cause('failed', 'no-permission', 1))).toBe(true);
    expect(asksForPermission(cause('failed', 'bucket-missing', 1))).toBe(false);
    expect(asksForPermission(cause('credentials', 'no-permission', 1))).toBe(false);
  });
});
