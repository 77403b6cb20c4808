import { generateKeyPairSync, type KeyObject } from 'node:crypto';
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
      customDomain: null,
      immEndpoint: 'https://imm.cn-hangzhou.aliyuncs.com',
      signedSeconds: 3600,
      staticTokens: [],
      jwt: null,
      callback: { url: null, keyOrigins: [] },
      metricsTokenHash: null,
      requestsPerSecond: 200,
      pages: true,
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
      BEARER_TOKENS_SHA256: `${hash}, ${'0'.repeat(64)}=users/zero`,
      SIGNED_SECONDS: '604800',
      OSS_CUSTOM_DOMAIN: 'files.example.com',
      OSS_CALLBACK_URL: 'http://203.0.113.7/callback',
      OSS_CALLBACK_KEY_ORIGINS: 'http://127.0.0.1:9003, https://keys.example.com',
      IMM_ENDPOINT: 'http://127.0.0.1:9002',
      METRICS_TOKEN_SHA256: hash,
      REQUESTS_PER_SECOND: '50',
      PAGES: '0',
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
    expect(settings).toMatchObject({
      signedSeconds: 604_800,
      customDomain: 'https://files.example.com',
      callback: {
        url: 'http://203.0.113.7/callback',
        keyOrigins: ['http://127.0.0.1:9003', 'https://keys.example.com'],
      },
      immEndpoint: 'http://127.0.0.1:9002',
      metricsTokenHash: Buffer.alloc(32, 0xab),
      requestsPerSecond: 50,
      pages: false,
    });
    expect(settings.staticTokens).toEqual([
      { hash: Buffer.alloc(32, 0xab), prefix: null },
      { hash: Buffer.alloc(32), prefix: 'users/zero/' },
    ]);
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
    ['BEARER_TOKENS_SHA256', `${'a'.repeat(64)}=/uploads`, 'it must be the SHA-256 of each token'],
    ['BEARER_TOKENS_SHA256', `${'a'.repeat(64)}=users/{user}`, 'it must be the SHA-256 of each token'],
    ['OSS_PREFIX', 'uploads/{name}', 'braces may only stand as {user}'],
    ['OSS_PREFIX', 'uploads/{user}', 'only where users come with a JWT'],
    ['OSS_CUSTOM_DOMAIN', 'http://files.example.com', 'it must be an https:// URL'],
    ['OSS_CALLBACK_URL', 'files.example.com/callback', 'it must be the URL of /callback'],
    ['OSS_CALLBACK_KEY_ORIGINS', 'https://a.example, http://b.example', 'it must be an https:// URL'],
    ['SIGNED_SECONDS', '59', 'it must be a whole number of seconds from 60 to 604800'],
    ['BEARER_TOKENS_SHA256', `${'ab'.repeat(32)}=a/,${'AB'.repeat(32)}=b/`, 'it must have each hash once'],
    ['METRICS_TOKEN_SHA256', 'secret', 'it must be the SHA-256 of the token'],
    ['REQUESTS_PER_SECOND', '0', 'it must be a whole number from 1 to 100000'],
    ['PAGES', 'no', 'it must be 1 or 0'],
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

  describe('of JSON Web Tokens', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const pemOf = ({ publicKey: key }: { publicKey: KeyObject }): string =>
      key.export({ type: 'spki', format: 'pem' }).toString();
    const jwt = { JWT_PUBLIC_KEY: publicKey, JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'uploads' };

    it('takes a key with real or written line breaks, or the address of a key set', () => {
      const written = settingsOf({ ...jwt, JWT_PUBLIC_KEY: publicKey.replaceAll('\n', '\\n') });
      for (const settings of [settingsOf(jwt), written])
        expect(settings.jwt).toMatchObject({
          keys: { kind: 'public-key' },
          algorithms: ['RS256', 'ES256'],
          issuer: 'https://id.example',
          audience: 'uploads',
        });
      const url = 'https://id.example/keys';
      const byAddress = settingsOf({ ...jwt, JWT_PUBLIC_KEY: '', JWT_JWKS_URL: url, OSS_PREFIX: 'u/{user}' });
      expect(byAddress.jwt?.keys).toEqual({ kind: 'jwks', url: new URL(url) });
      expect(byAddress.prefix).toBe('u/{user}/');
    });

    it.each([
      [{ JWT_AUDIENCE: '' }, 'JWT_AUDIENCE is missing'],
      [{ JWT_ISSUER: '' }, 'JWT_ISSUER is missing'],
      [{ JWT_PUBLIC_KEY: '' }, 'JWT_JWKS_URL is missing'],
      [{ JWT_JWKS_URL: 'https://id.example/keys' }, 'JWT_JWKS_URL is wrong'],
      [{ JWT_JWKS_URL: 'http://id.example/keys', JWT_PUBLIC_KEY: '' }, 'JWT_JWKS_URL is wrong'],
      [{ JWT_PUBLIC_KEY: 'abc' }, 'JWT_PUBLIC_KEY is wrong'],
      [{ JWT_PUBLIC_KEY: privateKey }, 'JWT_PUBLIC_KEY is wrong'],
      [
        { JWT_PUBLIC_KEY: pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 })) },
        'RSA of at least 2048 bits',
      ],
      [
        { JWT_PUBLIC_KEY: pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })) },
        'JWT_PUBLIC_KEY is wrong',
      ],
      [
        { JWT_PUBLIC_KEY: pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' })) },
        'JWT_ALGORITHMS is missing: for this JWT_PUBLIC_KEY it must name ES384',
      ],
      [{ JWT_ALGORITHMS: 'RS256' }, 'it must name ES256'],
      [{ JWT_ALGORITHMS: 'HS256' }, 'JWT_ALGORITHMS is wrong'],
      [{ JWT_ALGORITHMS: 'none' }, 'JWT_ALGORITHMS is wrong'],
      [
        { OSS_PREFIX: 'u/{user}', BEARER_TOKENS_SHA256: 'a'.repeat(64) },
        'BEARER_TOKENS_SHA256 is wrong: each hash needs =prefix',
      ],
    ])('refuses %j', (changes: Environment, words) => {
      const sentence = sentenceOf({ ...jwt, ...changes });
      expect(sentence).toContain(words);
      expect(sentence).not.toContain('PRIVATE KEY');
    });
  });
});
