import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  profileLink,
  profileOfLink,
  profileOfText,
  profileText,
} from '../../../../src/host/destinations/share-profile';
import { profileSchema } from '../../../../src/shared/profile';
import { must } from '../../../fakes/queue-samples';

const PROFILE = profileSchema.parse({
  name: 'Studio 写真',
  region: 'cn-hangzhou',
  bucket: 'studio-raw',
  prefix: '{user}/{date}/',
  authorization: {
    kind: 'assume-role',
    roleArn: 'acs:ram::123456789012:role/upload',
    roleSessionName: 'studio',
    durationSeconds: 3600,
    aliyunProfile: 'my-own',
  },
  object: { storageClass: 'IA', metadata: { project: 'harbour' } },
});
const SHARED = JSON.parse(JSON.stringify(PROFILE).replace(',"aliyunProfile":"my-own"', '')) as typeof PROFILE;

describe('what is shared', () => {
  it('comes back from a link and from a file, without what means something here alone', () => {
    const link = must(profileLink(PROFILE));
    expect(link).toMatch(/^ossferry:\/\/destination\/[\w-]+$/);
    expect(link.length).toBeLessThan(600);
    expect(profileOfLink(link)).toEqual({ ok: true, value: SHARED });
    expect(profileOfLink(` ${link}/\n`)).toEqual({ ok: true, value: SHARED });
    expect(profileOfText(`\uFEFF${profileText(PROFILE)}`)).toEqual({ ok: true, value: SHARED });
    expect(profileText(PROFILE)).not.toContain('my-own');
  });

  it('never takes up a profile of this computer’s aliyun CLI from outside', () => {
    const link = `ossferry://destination/${deflateRawSync(JSON.stringify(PROFILE)).toString('base64url')}`;
    const found = profileOfLink(link);
    expect(found.ok && found.value.authorization).not.toHaveProperty('aliyunProfile');
  });
});

it('a profile that says too much for a link is refused one, in one sentence', () => {
  // Nothing that packs well: 200 variables of digests.
  const variables = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [`x:v${n}`, createHash('sha512').update(`${n}`).digest('base64')]),
  );
  const callback = { url: 'https://studio.example.com/told', body: 'key=${object}', variables };
  const link = profileLink({ ...PROFILE, callback });
  expect(link).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
});

describe('a link that is wrong is one sentence, without the link', () => {
  const good = must(profileLink(PROFILE));
  const packed = (value: unknown): string =>
    `ossferry://destination/${deflateRawSync(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')}`;
  it.each([
    ['of something else', 'ossferry://settings/abc', /does not lead to a destination/],
    ['of another scheme', good.replace('ossferry', 'https'), /does not lead to a destination/],
    ['with a query', `${good}?x=1`, /does not lead to a destination/],
    ['cut off', good.slice(0, -40), /cut off or damaged/],
    ['not packed', 'ossferry://destination/abcdef', /cut off or damaged/],
    ['that unfolds without end', packed('x'.repeat(70_000)), /cut off or damaged/],
    ['too long', `ossferry://destination/${'A'.repeat(16_001)}`, /does not lead to a destination/],
    ['without JSON', packed('hello'), /not valid JSON/],
    ['with a field that is wrong', packed({ ...PROFILE, bucket: 'A' }), /"bucket" is wrong/],
    ['with a field that is unknown', packed({ ...PROFILE, secret: 'x' }), /unknown field "secret"/],
  ])('%s', (_, link, sentence) => {
    const found = profileOfLink(link);
    expect(found).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
    if (found.ok) return;
    expect(found.fault.message).toMatch(sentence);
    expect(found.fault.message).not.toContain(link.slice(-20));
  });
});
