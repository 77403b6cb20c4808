import { createInstance, type TFunction } from 'i18next';
import { expect, it } from 'vitest';
import { linesOf } from '../../../../../src/renderer/features/destinations/proposal-lines';
import { en as words } from '../../../../../src/renderer/i18n/en';
import { profileSchema } from '../../../../../src/shared/profile';

const i18n = createInstance();
await i18n.init({ lng: 'en', resources: { en: { translation: words } } });
const t = i18n.t as TFunction;

const FULL = profileSchema.parse({
  name: 'Studio',
  region: 'cn-hangzhou',
  bucket: 'studio-raw',
  prefix: '{user}/in/',
  endpoint: 'https://files.example.com',
  addressing: 'cname',
  authorization: {
    kind: 'assume-role',
    roleArn: 'acs:ram::123456789012:role/upload',
    roleSessionName: 'session-name',
    durationSeconds: 1234,
    externalId: 'external-id',
    stsEndpoint: 'https://sts.example.com',
  },
  imm: { project: 'imm-project', endpoint: 'https://imm.example.com' },
  faces: { ingest: { prefix: 'people/' } },
  object: {
    storageClass: 'Archive',
    encryption: { method: 'KMS', keyId: 'kms-key-of-somebody' },
    cacheControl: 'max-age=77',
    contentTypes: [{ names: '*.heic', value: 'image/heic' }],
    contentDispositions: [{ names: '*.pdf', value: 'attachment' }],
    metadata: { project: 'harbour' },
    tags: { owner: 'somebody' },
  },
  callback: {
    url: 'https://told.example.com',
    host: 'host.example.com',
    body: '${object} of ${x:who}',
    bodyType: 'application/json',
    variables: { 'x:who': 'variable' },
    noticeUrl: 'https://notice.example.com',
  },
});

/** Every text and number in a profile. */
const leavesOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(leavesOf)
    : typeof value === 'boolean'
      ? []
      : [String(value)];

/** Said in words of their own, or (as everywhere) not at all because they are what is usual. */
const IN_WORDS = ['Studio', 'assume-role', 'cname', 'v4', 'as-is', 'off', '5'];

it('everything that a profile from elsewhere asks for is shown before it is taken', () => {
  const shown = linesOf(t, FULL)
    .map(([, value]) => value)
    .join('\n');
  const hidden = leavesOf(FULL).filter((leaf) => !IN_WORDS.includes(leaf) && !shown.includes(leaf));
  expect(hidden).toEqual([]);
  expect(shown).toContain('Assume a role');
});

it('what is not set has no line', () => {
  const plain = profileSchema.parse({
    name: 'Studio',
    region: 'cn-hangzhou',
    bucket: 'studio-raw',
    authorization: { kind: 'temporary' },
  });
  expect(linesOf(t, plain).map(([label]) => label)).toEqual([
    'Bucket',
    'Region',
    'Reached by',
    'Endpoint',
    'How uploads are authorised',
    'If it exists',
  ]);
});
