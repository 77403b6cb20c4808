import { describe, expect, it } from 'vitest';
import { readSettings, type Environment } from '../../../src/app-server/settings';

const complete = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tExample',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'a-secret-of-the-test',
  ROLE_ARN: 'acs:ram::123456789012:role/oss-web-upload',
  ROLE_SESSION_NAME: 'role_session_test',
  OSS_BUCKET: 'web-direct-upload',
  OSS_REGION: 'oss-cn-hangzhou',
  OSS_PREFIX: 'uploads',
} satisfies Environment;

const sentenceOf = (changes: Environment): string => {
  const read = readSettings({ ...complete, ...changes });
  return read.ok ? '' : read.sentence;
};
const settingsOf = (changes: Environment = {}) => {
  const read = readSettings({ ...complete, ...changes });
  if (!read.ok) throw new Error(read.sentence);
  return read.settings;
};

describe('readSettings', () => {
  it('fills in what the documents leave out', () => {
    expect(settingsOf()).toEqual({
      accessKey: { id: 'LTAI5tExample', secret: 'a-secret-of-the-test' },
      role: {
        arn: 'acs:ram::123456789012:role/oss-web-upload',
        sessionName: 'role_session_test',
        tokenSeconds: 3600,
      },
      bucket: 'web-direct-upload',
      region: 'cn-hangzhou',
      prefix: 'uploads/',
      ossEndpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
      stsEndpoint: { host: 'sts.cn-hangzhou.aliyuncs.com', protocol: 'HTTPS' },
      sessionActions: 'all',
      bearerTokenHashes: [],
      log: false,
    });
  });

  it('takes every optional variable', () => {
    const hash = 'AB'.repeat(32);
    const settings = settingsOf({
      ALIBABA_CLOUD_SECURITY_TOKEN: 'of-the-pair',
      ROLE_EXTERNAL_ID: 'outside-42',
      STS_ENDPOINT: 'http://127.0.0.1:9001',
      OSS_ENDPOINT: 'http://oss-cn-hangzhou.localhost:9000',
      IMM_PROJECT: 'faces',
      OSS_SESSION_ACTIONS: 'upload',
      TOKEN_SECONDS: '900',
      BEARER_TOKENS_SHA256: `${hash}, ${'0'.repeat(64)}`,
      LOG: '1',
      OSS_PREFIX: '',
    });
    expect(settings).toMatchObject({
      accessKey: { securityToken: 'of-the-pair' },
      role: { externalId: 'outside-42', tokenSeconds: 900 },
      stsEndpoint: { host: '127.0.0.1:9001', protocol: 'HTTP' },
      ossEndpoint: 'http://oss-cn-hangzhou.localhost:9000',
      immProject: 'faces',
      sessionActions: 'upload',
      prefix: '',
      log: true,
    });
    expect(settings.bearerTokenHashes).toEqual([Buffer.alloc(32, 0xab), Buffer.alloc(32)]);
  });

  it('uses the default chain where the environment has no pair', () => {
    const settings = settingsOf({
      ALIBABA_CLOUD_ACCESS_KEY_ID: '',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined,
    });
    expect(settings.accessKey).toBeNull();
  });

  it('takes a bare host name as an endpoint', () => {
    expect(settingsOf({ STS_ENDPOINT: 'sts-vpc.cn-beijing.aliyuncs.com' }).stsEndpoint).toEqual({
      host: 'sts-vpc.cn-beijing.aliyuncs.com',
      protocol: 'HTTPS',
    });
  });

  it.each(['ROLE_ARN', 'ROLE_SESSION_NAME', 'OSS_BUCKET', 'OSS_REGION', 'OSS_PREFIX'])(
    'names %s when it is missing, and what it should be',
    (name) => {
      expect(sentenceOf({ [name]: undefined })).toMatch(
        new RegExp(`^The variable ${name} is missing: it must .+\\.$`),
      );
    },
  );

  it.each([
    ['ROLE_ARN', 'uploader', 'it must look like acs:ram::123456789012:role/name'],
    ['ROLE_SESSION_NAME', 'a b', 'it must have 2 to 64 letters, digits or . @ - _'],
    ['ROLE_EXTERNAL_ID', 'x', 'it must have 2 to 1224 characters'],
    ['OSS_BUCKET', 'Bucket', 'it must have 3 to 63 small letters'],
    ['OSS_REGION', 'Hangzhou', 'it must look like cn-hangzhou'],
    ['OSS_PREFIX', '/uploads', 'it must not begin with /'],
    ['OSS_ENDPOINT', 'ftp://somewhere', 'it must be an https:// URL'],
    ['STS_ENDPOINT', 'http://sts.aliyuncs.com', 'it must be an https:// URL'],
    ['STS_ENDPOINT', 'https://user:word@sts.aliyuncs.com', 'it must be an https:// URL'],
    ['STS_ENDPOINT', 'https://sts.aliyuncs.com/path', 'it must be an https:// URL'],
    ['IMM_PROJECT', 'a/b', 'it must be the name of a project'],
    ['OSS_SESSION_ACTIONS', 'everything', 'it must be upload or all'],
    ['TOKEN_SECONDS', '899', 'it must be a whole number of seconds from 900 to 43200'],
    ['TOKEN_SECONDS', '43201', 'it must be a whole number of seconds from 900 to 43200'],
    ['TOKEN_SECONDS', '1h', 'it must be a whole number of seconds from 900 to 43200'],
    ['BEARER_TOKENS_SHA256', 'my-token', 'it must be the SHA-256 of each token'],
    ['BEARER_TOKENS_SHA256', `${'a'.repeat(64)},`, 'it must be the SHA-256 of each token'],
    ['LOG', 'yes', 'it must be 1 to log'],
  ])('names %s when it is %j', (name, value, should) => {
    const sentence = sentenceOf({ [name]: value });
    expect(sentence).toMatch(new RegExp(`^The variable ${name} is wrong: .+\\.$`));
    expect(sentence).toContain(should);
  });

  it('wants both halves of the AccessKey pair or none, and prints neither', () => {
    const noSecret = sentenceOf({ ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined });
    expect(noSecret).toMatch(/^The variable ALIBABA_CLOUD_ACCESS_KEY_SECRET is missing: .*ACCESS_KEY_ID/);
    const noId = sentenceOf({ ALIBABA_CLOUD_ACCESS_KEY_ID: '' });
    expect(noId).toMatch(/^The variable ALIBABA_CLOUD_ACCESS_KEY_ID is missing: .*ACCESS_KEY_SECRET/);
    expect(noSecret + noId).not.toMatch(/LTAI5tExample|a-secret-of-the-test/);
  });
});
