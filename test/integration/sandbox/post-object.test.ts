import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminLines, aliOss, openCloud, setFaults, temporaryKeys, type TestCloud } from './cloud';
import { encoded, post, signedForm, type Form, type PostVersion } from './post-form';
import { send } from './raw-request';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await openCloud();
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  await cloud.stop();
});
beforeEach(async () => {
  await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
});

type Options = Parameters<typeof signedForm>[2];
const objects = () => adminLines(cloud.sandbox, 'objects');

async function refused(form: Form, status: number, code: string, ec?: string): Promise<string> {
  const answer = await post(cloud.sandbox, form);
  expect({ status: answer.status, code: answer.code }).toEqual({ status, code });
  if (ec !== undefined) expect(answer.headers['x-oss-ec']).toBe(ec);
  expect(await objects()).toEqual([]);
  return answer.text;
}

describe.each<PostVersion>(['V1', 'V4'])('PostObject, %s', (version) => {
  const form = (options: Options = {}, fields: Record<string, string> = {}): Form => {
    const signed = signedForm(cloud.sandbox, version, options);
    return { ...signed, fields: { ...signed.fields, ...fields } };
  };

  test.each(['long-term', 'temporary'])('stores a file under %s keys', async (kind) => {
    const keys = kind === 'temporary' ? { keys: await temporaryKeys(cloud.sandbox) } : {};
    const bytes = randomBytes(3_000_000);
    const big = { ...form(keys), file: new Blob([bytes], { type: 'application/x-test' }) };
    const answer = await post(cloud.sandbox, big);
    expect(answer.status).toBe(204);
    const md5 = createHash('md5').update(bytes).digest('hex').toUpperCase();
    expect(answer.headers.etag).toBe(`"${md5}"`);
    const [object] = await objects();
    expect(object).toMatchObject({ key: 'uploads/a.txt', size: bytes.length, etag: md5 });
    expect(answer.headers['x-oss-hash-crc64ecma']).toBe(object?.['crc64']);
    const got = await aliOss(cloud.sandbox).get('uploads/a.txt');
    expect(Buffer.compare(got.content as Buffer, bytes)).toBe(0);
    expect(got.res.headers).toMatchObject({
      'content-type': 'application/x-test',
      'x-oss-object-type': 'Normal',
    });
    const requests = await adminLines(cloud.sandbox, 'requests');
    expect(requests.find((line) => line['operation'] === 'PostObject')).toMatchObject({
      key: 'uploads/a.txt',
      status: 204,
      accessKeyId: keys.keys?.accessKeyId ?? cloud.sandbox.accessKeyId,
    });
  });

  test('is refused with a changed policy, signature or secret', async () => {
    const wide = Buffer.from(form().fields['policy'] ?? '', 'base64')
      .toString()
      .replace('uploads/', '');
    await refused(form({}, { policy: Buffer.from(wide).toString('base64') }), 403, 'SignatureDoesNotMatch');
    const name = version === 'V1' ? 'Signature' : 'x-oss-signature';
    const { [name]: signature = '' } = form().fields;
    await refused(
      form({}, { [name]: signature.replace(/./, (first) => (first === '0' ? '1' : '0')) }),
      403,
      'SignatureDoesNotMatch',
    );
    const { accessKeyId } = cloud.sandbox;
    const answer = await refused(
      form({ keys: { accessKeyId, accessKeySecret: 'wrong' } }),
      403,
      'SignatureDoesNotMatch',
    );
    expect(answer).toContain('<StringToSign>');
    expect(answer).not.toContain(cloud.sandbox.accessKeySecret);
  });

  test('is refused with an unknown key, without its token, or with one of another key', async () => {
    const one = await temporaryKeys(cloud.sandbox);
    const other = await temporaryKeys(cloud.sandbox);
    const { accessKeyId, accessKeySecret } = one;
    await refused(form({ keys: { accessKeyId: 'LTAInobody', accessKeySecret } }), 403, 'InvalidAccessKeyId');
    await refused(form({ keys: { accessKeyId, accessKeySecret } }), 403, 'InvalidAccessKeyId');
    const mixed = { accessKeyId, accessKeySecret, stsToken: other.stsToken };
    await refused(form({ keys: mixed }), 403, 'AccessKeyIdAndSecurityTokenNotMatch');
    await refused(form({ keys: { ...mixed, stsToken: 'CAISnone' } }), 403, 'InvalidSecurityToken');
  });

  test('ends with its policy and with its token', async () => {
    const change = (policy: { expiration: string }) =>
      (policy.expiration = new Date(Date.now() + 5_000).toISOString());
    const short = form({ change });
    expect((await post(cloud.sandbox, short)).status).toBe(204);
    await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
    await setFaults(cloud.sandbox, [{ operation: 'AssumeRole', fault: 'short-token', ms: 5_000 }]);
    const keys = await temporaryKeys(cloud.sandbox);
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 6_000 }]);
    expect(await refused(short, 403, 'AccessDenied', '0006-00000213')).toContain('Policy expired.');
    await refused(form({ keys }), 403, 'SecurityTokenExpired');
  });

  test('kills the token of a form by expire-token', async () => {
    const keys = await temporaryKeys(cloud.sandbox);
    await setFaults(cloud.sandbox, [{ operation: 'PostObject', fault: 'expire-token', count: 1 }]);
    await refused(form({ keys }), 403, 'SecurityTokenExpired');
    await refused(form({ keys }), 403, 'SecurityTokenExpired');
  });

  test('needs oss:PutObject on its key, and oss:PutObjectTagging for tags', async () => {
    const policy = {
      Version: '1',
      Statement: [
        { Effect: 'Allow', Action: 'oss:PutObject', Resource: 'acs:oss:*:*:sandbox/uploads/mine/*' },
      ],
    };
    const keys = await temporaryKeys(cloud.sandbox, { policy });
    await refused(form({ keys }), 403, 'AccessDenied', '0003-00000101');
    const mine = { key: 'uploads/mine/a' };
    await refused(form({ keys }, { ...mine, 'x-oss-tagging': 'a=1' }), 403, 'AccessDenied');
    expect((await post(cloud.sandbox, form({ keys }, mine))).status).toBe(204);
  });

  const CONDITIONS: [condition: unknown, good: Record<string, string>, bad: Record<string, string>][] = [
    [['starts-with', '$key', 'uploads/x'], { key: 'uploads/x' }, { key: 'uploads/y' }],
    [['eq', '$key', 'uploads/b'], { key: 'uploads/b' }, { key: 'uploads/bb' }],
    [{ 'x-oss-meta-who': 'me' }, { 'x-oss-meta-who': 'me' }, {}],
    [
      ['eq', '$success_action_status', '200'],
      { success_action_status: '200' },
      { success_action_status: '204' },
    ],
    [['in', '$Cache-Control', ['a', 'b']], { 'Cache-Control': 'b' }, { 'Cache-Control': 'c' }],
    [['not-in', '$Cache-Control', ['a', 'b']], { 'Cache-Control': 'c' }, { 'Cache-Control': 'b' }],
    [['eq', '$bucket', 'sandbox'], {}, { bucket: 'other', key: 'elsewhere' }],
  ];
  test.each(CONDITIONS)('holds the form to %j', async (condition, good, bad) => {
    const message = await refused(
      form({ conditions: [condition] }, bad),
      403,
      'AccessDenied',
      '0006-00000227',
    );
    expect(message).toContain('Policy Condition failed: [');
    expect((await post(cloud.sandbox, form({ conditions: [condition] }, good))).status).toBeLessThan(205);
  });

  test('holds the file to content-length-range', async () => {
    const range = (least: number, most: number) =>
      form({ conditions: [['content-length-range', least, most]] });
    await refused(range(0, 4), 400, 'EntityTooLarge', '0006-00000003');
    await refused(range(6, 9), 400, 'EntityTooSmall', '0006-00000004');
    expect((await post(cloud.sandbox, range(5, 5))).status).toBe(204);
  });

  const NO_POLICIES: [what: string, ec: string, change: (policy: Record<string, unknown>) => void][] = [
    ['no expiration', '0006-00000208', (policy) => delete policy['expiration']],
    ['no conditions', '0006-00000207', (policy) => delete policy['conditions']],
    ['an expiration that is a number', '0006-00000210', (policy) => (policy['expiration'] = 1)],
    ['an expiration that is no date', '0006-00000212', (policy) => (policy['expiration'] = 'tomorrow')],
    ['conditions that are no list', '0006-00000214', (policy) => (policy['conditions'] = {})],
    ['no condition', '0006-00000215', (policy) => (policy['conditions'] = [])],
    ['a condition without a mode', '0006-00000216', (policy) => (policy['conditions'] = [['$key']])],
    ['an unknown mode', '0006-00000216', (policy) => (policy['conditions'] = [['ends-with', '$key', 'a']])],
    ['a value too many', '0006-00000218', (policy) => (policy['conditions'] = [['eq', '$key', 'a', 'b']])],
    ['a number for a condition', '0006-00000222', (policy) => (policy['conditions'] = [123])],
    ['an empty map', '0006-00000223', (policy) => (policy['conditions'] = [{}])],
    ['a text for a list', '0006-00000224', (policy) => (policy['conditions'] = [['in', '$key', 'a']])],
  ];
  test.each(NO_POLICIES)('refuses a policy with %s', async (_what, ec, change) => {
    const changed = form({ change: (policy) => change(policy as unknown as Record<string, unknown>) });
    await refused(changed, 400, 'InvalidPolicyDocument', ec);
  });

  test.each([
    ['200', 200, ''],
    ['201', 201, '<PostResponse><Bucket>sandbox</Bucket>'],
    ['204', 204, ''],
    ['999', 204, ''],
  ])('answers success_action_status %s with %d', async (asked, status, part) => {
    const answer = await post(cloud.sandbox, form({}, { success_action_status: asked, key: 'uploads/ä b' }));
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(part);
    if (status === 201)
      expect(answer.headers.location).toMatch(/^http:\/\/sandbox\.[^/]+\/uploads\/%C3%A4%20b$/);
  });

  test('keeps headers, metadata and tags of the form, and puts the name of the file into the key', async () => {
    const answer = await post(
      cloud.sandbox,
      form(
        {},
        {
          key: 'uploads/${filename}',
          'Cache-Control': 'no-store',
          'x-oss-meta-name': '中文',
          'x-oss-tagging': 'faces=1',
          'x-oss-content-type': 'image/x-own',
        },
      ),
    );
    expect(answer.status).toBe(204);
    expect(await objects()).toMatchObject([{ key: 'uploads/a file.txt', tags: { faces: '1' } }]);
    const { res } = await aliOss(cloud.sandbox).head('uploads/a file.txt');
    expect(res.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'image/x-own' });
    const name = (res.headers as Record<string, string>)['x-oss-meta-name'] ?? '';
    expect(Buffer.from(name, 'latin1').toString()).toBe('中文');
  });

  test.each(['as a field', 'as a header'])('does not overwrite where that is forbidden %s', async (place) => {
    const forbid = { 'x-oss-forbid-overwrite': 'true' };
    const forbidding = (): Form => {
      const made = form({ conditions: [['in', '$x-oss-forbid-overwrite', ['true', 'false']]] });
      if (place === 'as a field') return { ...made, fields: { ...made.fields, ...forbid } };
      return { ...made, headers: forbid };
    };
    const answers = await Promise.all(Array.from({ length: 6 }, () => post(cloud.sandbox, forbidding())));
    expect(answers.map((answer) => answer.status).sort()).toEqual([204, 409, 409, 409, 409, 409]);
    expect(answers.find((answer) => answer.status === 409)?.code).toBe('FileAlreadyExists');
    expect((await post(cloud.sandbox, form())).status).toBe(204);
  });
});

describe('a form', () => {
  const without = (version: PostVersion, name: string): Form => {
    const form = signedForm(cloud.sandbox, version);
    form.fields = Object.fromEntries(Object.entries(form.fields).filter(([field]) => field !== name));
    return form;
  };

  test.each<[PostVersion, string, string]>([
    ['V1', 'policy', '0002-00000702'],
    ['V1', 'Signature', '0002-00000703'],
    ['V1', 'OSSAccessKeyId', '0002-00000706'],
    ['V4', 'policy', '0002-00000702'],
    ['V4', 'x-oss-signature', '0002-00000703'],
    ['V4', 'x-oss-credential', '0002-00000710'],
  ])('of %s without %s is refused', async (version, name, ec) => {
    await refused(without(version, name), 400, 'InvalidArgument', ec);
  });

  test('without a key is refused, and one that nobody signed too', async () => {
    await refused(without('V1', 'key'), 400, 'InvalidArgument');
    await refused({ ...signedForm(cloud.sandbox, 'V1'), fields: { key: 'uploads/a' } }, 403, 'AccessDenied');
  });

  test.each(['x-oss-signature-version', 'x-oss-credential', 'x-oss-date', 'x-oss-security-token'])(
    'of V4 must have %s in its policy',
    async (name) => {
      const keys = await temporaryKeys(cloud.sandbox);
      const change = (policy: { conditions: unknown[] }) => {
        policy.conditions = policy.conditions.filter(
          (condition) => !Object.keys(condition as object).includes(name),
        );
      };
      await refused(signedForm(cloud.sandbox, 'V4', { keys, change }), 400, 'InvalidPolicyDocument');
    },
  );

  test('of V4 is good for seven days, in its own region', async () => {
    const days = (count: number) => ({ date: new Date(Date.now() - count * 24 * 3_600_000) });
    await refused(signedForm(cloud.sandbox, 'V4', days(7.01)), 403, 'AccessDenied');
    await refused(signedForm(cloud.sandbox, 'V4', days(-1)), 403, 'AccessDenied');
    const abroad = signedForm({ ...cloud.sandbox, region: 'cn-beijing' }, 'V4');
    await refused(abroad, 400, 'InvalidArgument', '0002-00000225');
    expect((await post(cloud.sandbox, signedForm(cloud.sandbox, 'V4', days(6.9)))).status).toBe(204);
  });

  test('may carry its signature in lower case and its file as plain text', async () => {
    const form = signedForm(cloud.sandbox, 'V1');
    const { Signature = '', ...fields } = form.fields;
    form.fields = { ...fields, signature: Signature };
    expect((await post(cloud.sandbox, { ...form, file: 'just text' })).status).toBe(204);
    expect(await objects()).toMatchObject([{ size: 9 }]);
  });

  test('with a field over 8 KB, too many of them, or none that is the file is refused', async () => {
    const form = signedForm(cloud.sandbox, 'V1');
    await refused({ ...form, fields: { ...form.fields, note: 'x'.repeat(8_193) } }, 400, 'FieldItemTooLong');
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`n${index}`, 'v']));
    await refused({ ...form, fields: { ...form.fields, ...many } }, 400, 'FieldItemTooLong');
    const { body, contentType } = await encoded(form);
    const nameless = Buffer.from(body.toString('latin1').replace('name="file"', 'name="elif"'), 'latin1');
    expect(await sendBytes(nameless, contentType)).toMatchObject({
      code: 'IncorrectNumberOfFilesInPOSTRequest',
    });
    expect(
      (await post(cloud.sandbox, { ...form, fields: { ...form.fields, note: 'x'.repeat(8_192) } })).status,
    ).toBe(204);
  });

  const sendBytes = (body: Buffer, contentType: string, headers = {}) => {
    const { oss, bucket } = cloud.sandbox;
    const url = `${oss.replace('//', `//${bucket}.`)}/`;
    return send({ url, method: 'POST', headers: { 'Content-Type': contentType, ...headers }, body });
  };

  test('that goes on behind its file, is cut short, or is no form at all is refused', async () => {
    const form = signedForm(cloud.sandbox, 'V1');
    const { body, contentType } = await encoded(form);
    const boundary = contentType.split('boundary=')[1] ?? '';
    const more = `--${boundary}\r\nContent-Disposition: form-data; name="late"\r\n\r\nx\r\n--${boundary}--\r\n`;
    const text = body.toString('latin1').trimEnd().replace(/--$/, '');
    const longer = Buffer.from(text.slice(0, text.lastIndexOf(`--${boundary}`)) + more, 'latin1');
    expect(await sendBytes(longer, contentType)).toMatchObject({ status: 400, code: 'MalformedPOSTRequest' });
    const cut = await sendBytes(body.subarray(0, body.length - boundary.length - 8), contentType);
    expect(cut).toMatchObject({ status: 400, code: 'MalformedPOSTRequest' });
    expect(await sendBytes(body, 'multipart/form-data')).toMatchObject({
      status: 400,
      code: 'MalformedPOSTRequest',
    });
    expect(await sendBytes(body, 'application/json')).toMatchObject({
      status: 412,
      code: 'PreconditionFailed',
    });
    expect(await objects()).toEqual([]);
    expect((await sendBytes(body, contentType)).status).toBe(204);
  });

  test('of more than 5 GB is refused by what it announces', async () => {
    const { body, contentType } = await encoded(signedForm(cloud.sandbox, 'V4'));
    const answer = await sendBytes(body, contentType, {
      'Content-Length': String(5 * 1024 ** 3 + (2 << 20)),
      Connection: 'close',
    });
    expect(answer).toMatchObject({ status: 400, code: 'EntityTooLarge' });
  });

  test('is judged by its own signature, not by one in the headers of its request', async () => {
    const form = signedForm(cloud.sandbox, 'V1');
    expect(
      (await post(cloud.sandbox, { ...form, headers: { Authorization: 'OSS nobody:nothing' } })).status,
    ).toBe(204);
  });

  test('that asks for a redirect gets one', async () => {
    const form = signedForm(cloud.sandbox, 'V1');
    form.fields['success_action_redirect'] = 'http://pages.example.test/done?a=1';
    const answer = await post(cloud.sandbox, form);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toContain(
      'http://pages.example.test/done?a=1&bucket=sandbox&key=uploads%2Fa.txt',
    );
  });

  test('whose client goes away leaves nothing', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'PostObject', fault: 'reset', afterBytes: 100_000 }]);
    const form = { ...signedForm(cloud.sandbox, 'V1'), file: new Blob([randomBytes(2_000_000)]) };
    await expect(post(cloud.sandbox, form)).rejects.toThrow();
    expect(await objects()).toEqual([]);
  });
});
