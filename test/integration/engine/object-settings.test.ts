/** What a destination says of its objects is what the bucket says of them, by every way that can say it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askPostPolicy } from '../../../src/oss/grants/post-policy';
import { UrlServer } from '../../../src/oss/grants/url-server';
import { success } from '../../../src/shared/faults';
import { adminLines } from '../sandbox/cloud';
import { MINIMAL_ROLE } from '../../fakes/roles';
import { endOf, MIB, World, type FerrySettings } from './harness';

const SMALL = 700_000;
const LARGE = 20 * MIB + 5;
const NAME = '照片 1.heic';
const KEY = `uploads/${NAME}`;
const now = (): number => Date.now();

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.stop());

/** What the server of signed URLs signs. */
const SIGNED = {
  storageClass: 'IA',
  contentTypes: [{ names: '*.heic', value: 'image/x-heic' }],
  metadata: { project: 'harbour 7', by: 'lee' },
  tags: { project: 'harbour 7', team: 'a/b' },
};
const ALL = {
  ...SIGNED,
  acl: 'public-read',
  encryption: { method: 'KMS', keyId: '9468da86' },
  cacheControl: 'max-age=60',
  contentDispositions: [{ names: '*', value: "attachment; filename*=UTF-8''{name}" }],
};
const SIGNED_HEAD = {
  'content-type': 'image/x-heic',
  'x-oss-storage-class': 'IA',
  'x-oss-meta-project': 'harbour 7',
  'x-oss-meta-by': 'lee',
  'x-oss-tagging-count': '2',
};
const HEAD = {
  ...SIGNED_HEAD,
  'cache-control': 'max-age=60',
  'content-disposition': "attachment; filename*=UTF-8''%E7%85%A7%E7%89%87%201.heic",
  'x-oss-server-side-encryption': 'KMS',
  'x-oss-server-side-encryption-key-id': '9468da86',
};

const at = (path: string): string => world.tokenUrl.replace('/get_sts_token', path);
const bySignedUrls = (profile: object): FerrySettings => {
  const url = at('/sign_upload_url');
  const urls = new UrlServer({ url, bearer: () => Promise.resolve(success(null)), now });
  return {
    profile: { authorization: { kind: 'signed-url', url }, ...profile },
    ask: (_id, fresh) => urls.grant(fresh),
    askUploadUrls: (_id, question, fresh) => urls.ask(question, fresh),
  };
};
const byForm = (profile: object): FerrySettings => {
  const url = at('/get_post_policy');
  return {
    profile: { authorization: { kind: 'post-policy', url }, ...profile },
    ask: (_id, fresh) => askPostPolicy({ url, fresh, now, bearer: null }),
  };
};

async function shown(): Promise<unknown> {
  return (await adminLines(world.sandbox, 'objects')).find((line) => line['key'] === KEY);
}

describe.each([
  ['PutObject', SMALL, (object: object) => ({ profile: { object } }), ALL],
  ['a multipart upload', LARGE, (object: object) => ({ profile: { object } }), ALL],
  ['a form', SMALL, (object: object) => byForm({ object }), ALL],
  ['a signed Put', SMALL, (object: object) => bySignedUrls({ object }), SIGNED],
  ['a signed multipart upload', LARGE, (object: object) => bySignedUrls({ object }), SIGNED],
] as const)('%s', (_, sizeBytes, settings, object) => {
  it('carries all that can be said, and HeadObject says it again', async () => {
    await world.write(NAME, sizeBytes);
    const ferry = await world.ferry(settings(object));
    expect(endOf((await ferry.upload(NAME)).get(KEY))).toBe('done');
    const isAll = object === ALL;
    expect(await world.head(KEY)).toMatchObject(isAll ? HEAD : SIGNED_HEAD);
    expect(await world.tags(KEY)).toEqual({ project: 'harbour 7', team: 'a/b' });
    expect(await shown()).toMatchObject({
      storageClass: 'IA',
      metadata: { project: 'harbour 7', by: 'lee' },
      ...(isAll ? { acl: 'public-read', encryption: 'KMS' } : {}),
    });
  });
});

describe('settings', () => {
  it('are those of the moment at which an object is begun', async () => {
    await world.write('a.bin', SMALL);
    await world.write('b.bin', SMALL);
    const ferry = await world.ferry({ profile: { object: { storageClass: 'IA' } } });
    await ferry.upload('a.bin');
    const changed = world.profile({ object: { storageClass: 'Archive' } });
    ferry.ferry.setDestinations([{ destinationId: 'here' as never, profile: changed }]);
    await ferry.upload('b.bin');
    const lines = await adminLines(world.sandbox, 'objects');
    expect(lines.map((line) => [line['key'], line['storageClass']])).toEqual([
      ['uploads/a.bin', 'IA'],
      ['uploads/b.bin', 'Archive'],
    ]);
  });

  it('have no part in what is identical: the bytes alone count', async () => {
    await world.write('a.bin', SMALL);
    const first = await world.ferry({ profile: { object: { storageClass: 'IA' } }, queue: 'first' });
    await first.upload('a.bin');
    const second = await world.ferry({ profile: { object: { storageClass: 'Archive' } }, queue: 'second' });
    expect(endOf((await second.upload('a.bin', { conflict: 'skip-identical' })).get('uploads/a.bin'))).toBe(
      'skipped',
    );
    expect((await world.head('uploads/a.bin'))['x-oss-storage-class']).toBe('IA');
  });

  it('are refused by the policy of a form in the words of OSS, and never left out', async () => {
    await world.write('a.bin', SMALL);
    const metadata = Object.fromEntries(
      Array.from({ length: 4 }, (_, index) => [`m${index}`, 'x'.repeat(1_900)]),
    );
    // What the form has besides (policy, token) goes over 8 KB with it.
    const ferry = await world.ferry(byForm({ object: { metadata } }));
    expect(endOf((await ferry.upload('a.bin')).get('uploads/a.bin'))).toBe('failed too-large');
    expect(await world.requests('PostObject')).toEqual([]);
  });

  it('that need a right which the role does not give say which', async () => {
    await world.stop();
    world = await World.create({ rolePolicy: MINIMAL_ROLE });
    await world.write('a.bin', SMALL);
    const ferry = await world.ferry({ profile: { object: { acl: 'private' } } });
    const ended = (await ferry.upload('a.bin')).get('uploads/a.bin');
    expect(endOf(ended)).toBe('failed no-permission');
    expect(ended?.end).toMatchObject({
      fault: {
        message: expect.stringContaining('oss:PutObject or oss:PutObjectAcl is not allowed') as string,
      },
    });
    expect(await world.objectLines()).toEqual([]);
  });
});
