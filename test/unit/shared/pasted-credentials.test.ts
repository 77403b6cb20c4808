import { describe, expect, test } from 'vitest';
import { parsePasted, PASTE_SENTENCES, type PasteProblem } from '../../../src/shared/pasted-credentials';

const ID = 'STS.NUyMt9gxWlQv1sBc3kDzE2aQ';
const SECRET = 'wyLTSmsyPGP1ohvvw8xYgB29dlGI8KMiH2pK/+==';
const TOKEN = 'CAIShwJ1q6Ft5B2yfSjIr5bSEsj4g7BihPWGWHz****=';
const CREDENTIALS = { accessKeyId: ID, accessKeySecret: SECRET, securityToken: TOKEN };
const UNTIL = Date.UTC(2024, 11, 10, 8);
const map = {
  AccessKeyId: ID,
  AccessKeySecret: SECRET,
  SecurityToken: TOKEN,
  Expiration: '2024-12-10T08:00:00Z',
};
const small = { accessKeyId: ID, accessKeySecret: SECRET, securityToken: TOKEN, expiration: map.Expiration };

describe('temporary credentials are read out of', () => {
  test.each<[string, string, number | null]>([
    ['the answer of a token server', JSON.stringify(map), UNTIL],
    [
      'the answer of AssumeRole',
      JSON.stringify(
        { RequestId: 'X', AssumedRoleUser: { Arn: 'acs:ram::1:role/a/b' }, Credentials: map },
        null,
        2,
      ),
      UNTIL,
    ],
    ["an SDK's answer", JSON.stringify({ statusCode: 200, body: { credentials: small } }), UNTIL],
    [
      'export lines for OSS',
      `export OSS_ACCESS_KEY_ID=${ID}\nexport OSS_ACCESS_KEY_SECRET='${SECRET}'\nexport OSS_SESSION_TOKEN="${TOKEN}"\n`,
      null,
    ],
    [
      "export lines of Alibaba's SDKs in one line",
      `export ALIBABA_CLOUD_ACCESS_KEY_ID=${ID} export ALIBABA_CLOUD_ACCESS_KEY_SECRET=${SECRET}; export ALIBABA_CLOUD_SECURITY_TOKEN=${TOKEN}`,
      null,
    ],
    [
      'lines of Windows',
      `set OSS_ACCESS_KEY_ID=${ID}\r\nset OSS_ACCESS_KEY_SECRET=${SECRET}\r\nset OSS_SESSION_TOKEN=${TOKEN}\r\n`,
      null,
    ],
    [
      'lines of PowerShell',
      `$env:OSS_ACCESS_KEY_ID = "${ID}"\n$env:OSS_ACCESS_KEY_SECRET = "${SECRET}"\n$env:OSS_SESSION_TOKEN = "${TOKEN}"`,
      null,
    ],
    [
      'text with names',
      `AccessKeyId: ${ID}\nAccessKeySecret: ${SECRET}\nSecurityToken: ${TOKEN}\nExpiration: 2024-12-10T08:00:00Z`,
      UNTIL,
    ],
    ['bare text', `  ${ID}\n${SECRET}\n${TOKEN}\n`, null],
    ['bare text with a time', `${ID} ${SECRET} ${TOKEN} 2024-12-10T08:00:00Z`, UNTIL],
  ])('%s', (_, text, expiresAtServer) => {
    expect(parsePasted(text)).toEqual({
      kind: 'credentials',
      credentials: { ...CREDENTIALS, expiresAtServer },
    });
  });
});

describe('what is no temporary credentials is said', () => {
  test.each<[PasteProblem, string]>([
    ['empty', ' \n '],
    ['not-json', `{"AccessKeyId":"${ID}",`],
    ['no-id', 'hello'],
    ['no-id', '{}'],
    ['no-id', '{"Credentials":null}'],
    ['no-secret', JSON.stringify({ AccessKeyId: ID })],
    ['no-token', `export OSS_ACCESS_KEY_ID=${ID}\nexport OSS_ACCESS_KEY_SECRET=${SECRET}`],
    ['long-term', `AccessKeyId=LTAI5tExampleExample12\nAccessKeySecret=${SECRET}`],
    ['no-time', JSON.stringify({ ...map, Expiration: 'soon' })],
    ['shape', JSON.stringify({ ...map, SecurityToken: 'two words' })],
  ])('%s: %s', (problem, text) => {
    expect(parsePasted(text)).toEqual({ kind: 'problem', problem });
    expect(PASTE_SENTENCES[problem]).toMatch(/^[A-Z].*\.$/);
  });

  test('not quoting what was pasted', () => {
    for (const sentence of Object.values(PASTE_SENTENCES)) expect(sentence).not.toContain(SECRET);
    expect(JSON.stringify(parsePasted(`${ID} ${SECRET}`))).not.toContain(SECRET);
  });
});
