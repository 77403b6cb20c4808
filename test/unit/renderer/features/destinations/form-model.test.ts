import { describe, expect, it } from 'vitest';
import { profileSchema } from '../../../../../src/shared/profile';
import {
  check,
  EMPTY_FORM,
  mended,
  profileInput,
  valuesOf,
  type FormValues,
} from '../../../../../src/renderer/features/destinations/form-model';

const RIGHT: FormValues = {
  ...EMPTY_FORM,
  bucket: 'team-media',
  region: 'cn-hangzhou',
  serverUrl: 'https://upload.example.com/token',
};
const problemsOf = (change: Partial<FormValues>) => {
  const checked = check({ ...RIGHT, ...change }, null);
  return checked.kind === 'valid' ? {} : checked.problems;
};

describe('the form of a destination', () => {
  it('makes the profile that the schema takes, named after the bucket', () => {
    const checked = check({ ...RIGHT, prefix: 'ingest/2026' }, null);
    expect(checked).toMatchObject({
      kind: 'valid',
      profile: {
        name: 'team-media',
        prefix: 'ingest/2026/',
        conflict: 'ask',
        authorization: { kind: 'token-server', url: 'https://upload.example.com/token' },
      },
    });
    expect(checked.kind === 'valid' && 'endpoint' in checked.profile).toBe(false);
  });

  it('says at each field what it lacks', () => {
    expect(problemsOf(EMPTY_FORM)).toEqual({ bucket: 'empty', region: 'empty', serverUrl: 'empty' });
    expect(problemsOf({ bucket: 'Team' })).toEqual({ bucket: 'shape' });
    expect(problemsOf({ region: 'hangzhou!' })).toEqual({ region: 'shape' });
    expect(problemsOf({ prefix: '/ingest/' })).toEqual({ prefix: 'slash' });
    expect(problemsOf({ prefix: '{name}/' })).toEqual({ prefix: 'braces' });
    expect(problemsOf({ reach: 'other', endpoint: 'oss.example.com' })).toEqual({ endpoint: 'shape' });
    expect(problemsOf({ reach: 'own-domain' })).toEqual({ endpoint: 'empty' });
    // An address that is not asked for is not judged.
    expect(problemsOf({ endpoint: 'oss.example.com' })).toEqual({});
    expect(problemsOf({ name: 'n'.repeat(101) })).toEqual({ name: 'shape' });
  });

  it('says plain http beside other faults too, and not of this computer', () => {
    expect(problemsOf({ serverUrl: 'http://tokens.example.com/' })).toEqual({
      serverUrl: 'insecure',
    });
    expect(problemsOf({ bucket: '', serverUrl: 'http://tokens.example.com/' })).toEqual({
      bucket: 'empty',
      serverUrl: 'insecure',
    });
    expect(problemsOf({ serverUrl: 'http://127.0.0.1:8080/token' })).toEqual({});
    expect(problemsOf({ reach: 'other', endpoint: 'http://oss.lan', bucket: '' })).toEqual({
      bucket: 'empty',
      endpoint: 'insecure',
    });
    expect(problemsOf({ reach: 'other', endpoint: 'http://oss.lan', allowInsecure: true })).toEqual({});
  });

  it('offers what is plainly meant', () => {
    expect(mended('prefix', 'slash', '/ingest/')).toBe('ingest/');
    expect(mended('bucket', 'shape', 'Team-Media')).toBe('team-media');
    expect(mended('endpoint', 'shape', 'oss.example.com')).toBe('https://oss.example.com');
    expect(mended('bucket', 'shape', 'a b')).toBeNull();
    expect(mended('region', 'shape', 'x')).toBeNull();
  });

  it('leaves alone what it does not show', () => {
    const base = profileSchema.parse({
      name: 'studio',
      bucket: 'studio-raw',
      region: 'cn-shanghai',
      endpoint: 'https://cdn.example.com',
      addressing: 'cname',
      normalizeNames: 'nfc',
      authorization: { kind: 'temporary' },
      conflict: 'ask',
    });
    const values = valuesOf(base);
    expect(check(values, base)).toEqual({ kind: 'valid', profile: base });
    const everywhere = profileInput({ ...values, reach: 'public' }, base);
    expect(everywhere).not.toHaveProperty('endpoint');
    expect(everywhere).not.toHaveProperty('addressing');
    expect(profileInput({ ...values, name: 'new' }, base)).toMatchObject({
      name: 'new',
      addressing: 'cname',
      authorization: { kind: 'temporary' },
    });
  });
});

describe('faces in the form', () => {
  const profileOf = (change: Partial<FormValues>) => {
    const checked = check({ ...RIGHT, ...change }, null);
    return checked.kind === 'valid' ? checked.profile : null;
  };

  it('say nothing to the profile while everything is off', () => {
    expect(profileOf({})).not.toHaveProperty('faces');
    expect(profileOf({})).not.toHaveProperty('imm');
    expect(profileOf({ ingestTag: true, ingestPrefix: 'private/' })).not.toHaveProperty('faces');
  });

  it('ask IMM only after the switch was turned on, and only with a project', () => {
    expect(profileOf({ immProject: 'press' })?.imm).toEqual({ project: 'press' });
    expect(profileOf({ immProject: 'press' })?.faces).toBeUndefined();
    expect(problemsOf({ afterUpload: true })).toEqual({ immProject: 'empty' });
    expect(problemsOf({ afterUpload: true, bucket: '' })).toEqual({ bucket: 'empty', immProject: 'empty' });
    expect(profileOf({ afterUpload: true, immProject: 'press', facesPerSecond: '2.5' })?.faces).toEqual({
      detect: 'after-upload',
      perSecond: 2.5,
    });
  });

  it('say at each field what it lacks', () => {
    expect(problemsOf({ facesPerSecond: '', afterUpload: true, immProject: 'p' })).toEqual({
      facesPerSecond: 'shape',
    });
    expect(problemsOf({ facesPerSecond: '51' })).toEqual({ facesPerSecond: 'shape' });
    expect(problemsOf({ immEndpoint: 'https://imm.example.com' })).toEqual({ immProject: 'empty' });
    expect(problemsOf({ immProject: 'p', immEndpoint: 'imm.example.com' })).toEqual({ immEndpoint: 'shape' });
    expect(problemsOf({ immProject: 'p', immEndpoint: 'http://imm.example.com' })).toEqual({
      immEndpoint: 'insecure',
    });
    expect(problemsOf({ ingest: true, ingestPrefix: '/private' })).toEqual({ ingestPrefix: 'slash' });
    expect(mended('ingestPrefix', 'slash', '/private')).toBe('private');
  });

  it('come back as they were saved, and are gone when they are switched off', () => {
    const profile = profileOf({
      immProject: 'press',
      immEndpoint: 'https://imm.example.com',
      afterUpload: true,
      ingest: true,
      ingestAsk: true,
      ingestTag: true,
      ingestPrefix: 'private',
    });
    expect(profile?.faces?.ingest).toEqual({ ask: true, tag: true, prefix: 'private/' });
    if (profile === null) return;
    const values = valuesOf(profile);
    expect(profileSchema.parse(profileInput(values, profile))).toEqual(profile);
    const off = profileInput(
      { ...values, afterUpload: false, ingest: false, immProject: '', immEndpoint: '' },
      profile,
    );
    expect(profileSchema.parse(off)).not.toHaveProperty('faces');
    expect(profileSchema.parse(off)).not.toHaveProperty('imm');
  });
});

describe('the way to a bucket', () => {
  const base = {
    name: 'b',
    bucket: 'bbb',
    region: 'cn-hangzhou',
    authorization: { kind: 'temporary' },
    conflict: 'ask',
  };
  const reachOf = (more: object) => valuesOf(profileSchema.parse({ ...base, ...more }));

  it.each([
    ['public', {}],
    ['internal', { endpoint: 'https://oss-cn-hangzhou-internal.aliyuncs.com' }],
    ['accelerate', { endpoint: 'https://oss-accelerate.aliyuncs.com' }],
    ['accelerate-overseas', { endpoint: 'https://oss-accelerate-overseas.aliyuncs.com' }],
    ['own-domain', { endpoint: 'https://files.example.com', addressing: 'cname' }],
    ['other', { endpoint: 'https://oss.example.com' }],
    ['other', { endpoint: 'https://oss.example.com', addressing: 'path' }],
    ['other', { endpoint: 'https://oss-cn-shanghai-internal.aliyuncs.com' }],
  ])('is %s, and is saved as it was found', (reach, more) => {
    const profile = profileSchema.parse({ ...base, ...more });
    const values = valuesOf(profile);
    expect(values.reach).toBe(reach);
    expect(check(values, profile)).toEqual({ kind: 'valid', profile });
  });

  it('follows the region', () => {
    const values = {
      ...reachOf({ endpoint: 'https://oss-cn-hangzhou-internal.aliyuncs.com' }),
      region: 'oss-cn-beijing',
    };
    expect(profileInput(values, null)).toMatchObject({
      endpoint: 'https://oss-cn-beijing-internal.aliyuncs.com',
    });
  });

  it('by one’s own domain cannot be gone by a form', () => {
    const change = {
      reach: 'own-domain',
      endpoint: 'https://files.example.com',
      way: 'post-policy',
    } as const;
    expect(problemsOf(change)).toEqual({ endpoint: 'way' });
    expect(problemsOf({ ...change, way: 'signed-url' })).toEqual({});
  });
});

describe('what objects are to be', () => {
  it('is nothing while nothing was asked for', () => {
    const checked = check(RIGHT, null);
    expect(checked.kind === 'valid' && checked.profile).not.toHaveProperty('object');
    expect(checked.kind === 'valid' && checked.profile).not.toHaveProperty('callback');
    // A body alone calls nobody.
    expect(profileInput({ ...RIGHT, callbackBody: 'x' }, null)).not.toHaveProperty('callback');
  });

  it('comes back as it was saved', () => {
    const profile = profileSchema.parse({
      name: 'studio',
      bucket: 'studio-raw',
      region: 'cn-shanghai',
      authorization: { kind: 'temporary' },
      conflict: 'ask',
      object: {
        storageClass: 'IA',
        acl: 'private',
        encryption: { method: 'KMS', keyId: '9468da86-3509' },
        cacheControl: 'no-cache, no-store',
        contentTypes: [
          { names: '*.heic', value: 'image/heic' },
          { names: 'read?me', value: 'text/plain; charset=utf-8' },
        ],
        contentDispositions: [{ names: '*', value: "attachment; filename*=UTF-8''{name}" }],
        metadata: { project: 'harbour = 7', by: 'lee' },
        tags: { project: 'a=b', empty: '' },
      },
      callback: {
        url: 'https://example.com/done?x=1',
        body: '{"object":${object}}',
        bodyType: 'application/json',
        host: 'example.com',
        sni: true,
        variables: { 'x:by': 'lee = 1' },
        noticeUrl: 'https://example.com/notice',
      },
    });
    const values = valuesOf(profile);
    expect(check(values, profile)).toEqual({ kind: 'valid', profile });
    const untold = { ...values, callbackUrl: ' ', noticeUrl: '' };
    expect(profileInput(untold, profile)).not.toHaveProperty('callback');
  });

  it('that the server of signed URLs does not sign is said at its field, also where it is right by itself', () => {
    const signed = { way: 'signed-url' } as const;
    expect(problemsOf({ ...signed, acl: 'private' })).toEqual({ acl: 'way' });
    expect(problemsOf({ ...signed, encryption: 'AES256' })).toEqual({ encryption: 'way' });
    expect(problemsOf({ ...signed, cacheControl: 'no-cache' })).toEqual({ cacheControl: 'way' });
    expect(problemsOf({ ...signed, contentDispositions: '* inline' })).toEqual({
      contentDispositions: 'way',
    });
    expect(problemsOf({ ...signed, callbackUrl: 'https://example.com' })).toEqual({ callbackUrl: 'way' });
    expect(problemsOf({ ...signed, storageClass: 'IA', metadata: 'a=b', tags: 'a=b' })).toEqual({});
    const noticed = check({ ...RIGHT, ...signed, noticeUrl: 'https://example.com/notice' }, null);
    expect(noticed).toMatchObject({ profile: { callback: { noticeUrl: 'https://example.com/notice' } } });
    expect(noticed.kind === 'valid' && valuesOf(noticed.profile).noticeUrl).toBe(
      'https://example.com/notice',
    );
  });

  it('is said wrong at the field that it stands in', () => {
    expect(problemsOf({ metadata: 'a=b\nWith Capital=x' })).toEqual({ metadata: 'shape' });
    expect(problemsOf({ metadata: 'novalue' })).toEqual({ metadata: 'shape' });
    expect(problemsOf({ tags: 'a&b=1' })).toEqual({ tags: 'shape' });
    // One of the two values would be lost without a word.
    expect(problemsOf({ tags: 'a=1\nb=2\na=3' })).toEqual({ tags: 'shape' });
    expect(problemsOf({ metadata: 'a=1\na=1' })).toEqual({ metadata: 'shape' });
    expect(problemsOf({ contentTypes: '*.heic' })).toEqual({ contentTypes: 'shape' });
    expect(problemsOf({ contentDispositions: '*.pdf Ü' })).toEqual({ contentDispositions: 'shape' });
    expect(problemsOf({ callbackUrl: 'example.com' })).toEqual({ callbackUrl: 'shape' });
    expect(problemsOf({ callbackUrl: 'https://example.com', callbackBody: ' ' })).toEqual({
      callbackBody: 'empty',
    });
    expect(problemsOf({ callbackUrl: 'https://example.com', callbackVariables: 'by=lee' })).toEqual({
      callbackVariables: 'shape',
    });
    expect(problemsOf({ callbackUrl: 'https://example.com', noticeUrl: 'http://example.com' })).toEqual({
      noticeUrl: 'insecure',
    });
  });
});
