import { describe, expect, it } from 'vitest';
import { callbackFields, callbackHeaders } from '../../../../src/oss/object/callback-headers';
import { completeHeaders, initiateHeaders, putHeaders } from '../../../../src/oss/object/object-headers';
import { profileProblem, profileSchema, type Profile } from '../../../../src/shared/profile';

const PLAIN = {
  name: 'Studio',
  region: 'cn-hangzhou',
  bucket: 'studio',
  authorization: { kind: 'temporary' },
};
const profileWith = (more: object): Profile => profileSchema.parse({ ...PLAIN, ...more });
const toBe = (object: object, key = 'uploads/a.txt', tagging: string | null = null) => ({
  settings: profileWith({ object }).object,
  key,
  tagging,
});

describe('the headers of a new object', () => {
  it('without settings: its type by its name, and nothing else', () => {
    expect(putHeaders({ settings: undefined, key: 'a/b.png', tagging: null })).toEqual({
      'Content-Type': 'image/png',
    });
  });

  it('all that a destination can say, under the names of OSS', () => {
    const object = toBe({
      storageClass: 'IA',
      acl: 'private',
      encryption: { method: 'KMS', keyId: '9468da86' },
      cacheControl: 'max-age=60',
      metadata: { project: 'harbour 7', by: 'lee' },
      tags: { project: 'harbour 7' },
    });
    expect(putHeaders(object)).toEqual({
      'Content-Type': 'text/plain',
      'Cache-Control': 'max-age=60',
      'x-oss-storage-class': 'IA',
      'x-oss-object-acl': 'private',
      'x-oss-server-side-encryption': 'KMS',
      'x-oss-server-side-encryption-key-id': '9468da86',
      'x-oss-tagging': 'project=harbour%207',
      'x-oss-meta-project': 'harbour 7',
      'x-oss-meta-by': 'lee',
    });
    expect(initiateHeaders(object)).not.toHaveProperty('x-oss-object-acl');
    expect(completeHeaders(object.settings)).toEqual({ 'x-oss-object-acl': 'private' });
    expect(completeHeaders(undefined)).toEqual({});
  });

  it('the first rule that fits the file name counts, not the folder', () => {
    const contentTypes = [
      { names: '*.heic', value: 'image/heic' },
      { names: 'IMG_*', value: 'image/x-first' },
      { names: '*', value: 'application/x-rest' },
    ];
    const typeOf = (key: string): string | undefined =>
      putHeaders(toBe({ contentTypes }, key))['Content-Type'];
    expect(typeOf('IMG_1/IMG_2.HEIC')).toBe('image/heic');
    expect(typeOf('x/IMG_2.jpg')).toBe('image/x-first');
    expect(typeOf('IMG_1/x.jpg')).toBe('application/x-rest');
  });

  it('{name} is percent-encoded by RFC 5987, half a letter included', () => {
    const contentDispositions = [{ names: '*', value: "attachment; filename*=UTF-8''{name}" }];
    const shown = (key: string): string | undefined =>
      putHeaders(toBe({ contentDispositions }, key))['Content-Disposition'];
    expect(shown("a/b/照片 (1)'*.jpg")).toBe(
      "attachment; filename*=UTF-8''%E7%85%A7%E7%89%87%20%281%29%27%2A.jpg",
    );
    expect(shown('half \ud83d')).toMatch(/^[\x20-\x7e]+$/);
    // What `replace` knows as a pattern is text.
    expect(shown('$&.jpg')).toBe("attachment; filename*=UTF-8''%24%26.jpg");
  });

  it('tags are joined with those of the item, whose word counts', () => {
    const tagging = (tags: object, own: string | null): string | undefined =>
      putHeaders(toBe({ tags }, 'a', own))['x-oss-tagging'];
    expect(tagging({ a: 'x+y=z', b: '/' }, 'faces=2')).toBe('a=x%2By%3Dz&b=%2F&faces=2');
    expect(tagging({ faces: 'no', a: '1' }, 'faces=2')).toBe('faces=2&a=1');
    expect(tagging({}, null)).toBeUndefined();
  });
});

describe('a callback', () => {
  const callback = {
    url: 'https://example.com/done',
    host: 'example.com',
    body: '{"key":${object},"by":${x:by}}',
    bodyType: 'application/json',
    sni: true,
    variables: { 'x:by': '李' },
    noticeUrl: 'https://example.com/notice',
  };
  const read = (base64: string | undefined): unknown =>
    JSON.parse(Buffer.from(base64 ?? '', 'base64').toString('utf8'));

  it('is two headers in Base64, and nothing of our own goes along', () => {
    const headers = callbackHeaders(profileWith({ callback }).callback);
    expect(Object.keys(headers)).toEqual(['x-oss-callback', 'x-oss-callback-var']);
    expect(read(headers['x-oss-callback'])).toEqual({
      callbackUrl: 'https://example.com/done',
      callbackHost: 'example.com',
      callbackBody: '{"key":${object},"by":${x:by}}',
      callbackBodyType: 'application/json',
      callbackSNI: true,
    });
    expect(read(headers['x-oss-callback-var'])).toEqual({ 'x:by': '李' });
    expect(callbackHeaders(undefined)).toEqual({});
    const plain = { url: callback.url, body: callback.body };
    expect(callbackHeaders(profileWith({ callback: plain }).callback)).not.toHaveProperty(
      'x-oss-callback-var',
    );
  });

  it('in a form is a field, with a field for each variable', () => {
    const [first, second, ...rest] = callbackFields(profileWith({ callback }).callback);
    expect(first?.[0]).toBe('callback');
    expect(second).toEqual(['x:by', '李']);
    expect(rest).toEqual([]);
    expect(callbackFields(undefined)).toEqual([]);
  });
});

describe('what a way of authorization cannot carry is refused in one sentence', () => {
  const problem = (more: object): string | null => {
    const parsed = profileSchema.safeParse({ ...PLAIN, ...more });
    return parsed.success ? null : profileProblem(parsed.error);
  };
  const signed = { authorization: { kind: 'signed-url', url: 'https://example.com/sign_upload_url' } };
  const form = { authorization: { kind: 'post-policy', url: 'https://example.com/get_post_policy' } };
  const callback = { url: 'https://example.com/done', body: 'key=${object}' };
  const noticeUrl = 'https://example.com/notice';

  it.each([
    ['acl', 'private'],
    ['encryption', { method: 'AES256' }],
    ['cacheControl', 'no-cache'],
    ['contentDispositions', [{ names: '*', value: 'inline' }]],
  ])('signed URLs: object.%s', (field, value) => {
    expect(problem({ ...signed, object: { [field]: value } })).toBe(
      `The profile field "object.${field}" is wrong: cannot be said with signed URLs, whose server does not sign it; leave it out.`,
    );
    expect(problem({ object: { [field]: value } })).toBeNull();
  });

  it('and what the server signs is taken', () => {
    const object = { storageClass: 'IA', metadata: { a: 'b' }, tags: { a: 'b' }, contentTypes: [] };
    expect(problem({ ...signed, object })).toBeNull();
  });

  it('signed URLs: the server says where OSS calls back; a place for notices may be named', () => {
    expect(problem({ ...signed, callback: { ...callback, noticeUrl } })).toMatch(
      /"callback\.url" is wrong: is for/,
    );
    expect(problem({ ...signed, callback: { noticeUrl } })).toBeNull();
    expect(problem({ ...form, callback: { noticeUrl } })).toBeNull();
    expect(problem({ ...form, callback })).toBeNull();
  });

  it('elsewhere a callback has an address and a body', () => {
    expect(problem({ callback: { noticeUrl } })).toMatch(/"callback\.url" is wrong: is missing/);
    expect(problem({ callback: { url: callback.url } })).toMatch(/"callback\.body" is wrong: is missing/);
    expect(problem({ callback: {} })).toMatch(/"callback\.url"/);
    expect(problem({ callback })).toBeNull();
  });
});
