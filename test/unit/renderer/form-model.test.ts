import { describe, expect, it } from 'vitest';
import { profileSchema } from '../../../src/shared/profile';
import {
  check,
  EMPTY_FORM,
  mended,
  profileInput,
  valuesOf,
  type FormValues,
} from '../../../src/renderer/features/destinations/form-model';

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
        conflict: 'skip-identical',
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
    expect(problemsOf({ endpoint: 'oss.example.com' })).toEqual({ endpoint: 'shape' });
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
    expect(problemsOf({ endpoint: 'http://oss.lan', allowInsecure: true })).toEqual({});
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
    expect(profileInput({ ...values, endpoint: '' }, base)).not.toHaveProperty('endpoint');
    expect(profileInput({ ...values, name: 'new' }, base)).toMatchObject({
      name: 'new',
      addressing: 'cname',
      authorization: { kind: 'temporary' },
    });
  });
});
