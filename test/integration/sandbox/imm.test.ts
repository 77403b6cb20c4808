import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDetectorThread } from '../../../src/host/detector/detector-thread';
import { detectImageFacesSchema } from '../../../src/shared/faces';
import { CAT, FACE, isInside, middleOf, PORTRAIT, rectangleOf } from '../../fakes/pictures';
import { adminLines, aliOss, openCloud, setFaults, temporaryKeys, type Keys, type TestCloud } from './cloud';
import {
  about,
  askImm,
  encode,
  fieldsOf,
  rpcInForm,
  rpcInQuery,
  signed,
  written,
  type Fields,
} from './imm-calls';
import { send, type RawAnswer } from './raw-request';

const HOUR_MS = 3_600_000;
let cloud: TestCloud;
let keys: Required<Keys>;
beforeAll(async () => {
  cloud = await openCloud();
  keys = await temporaryKeys(cloud.sandbox, { durationSeconds: 3600 });
  const client = aliOss(cloud.sandbox);
  await client.put('uploads/portrait.jpg', PORTRAIT);
  await client.put("a (1)+*'!~/中文.jpg", PORTRAIT);
  await client.put('cat.jpg', CAT);
  await client.put('text.jpg', Buffer.from('not a picture'));
  await client.put('half.jpg', (await readFile(PORTRAIT)).subarray(0, 20_000));
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  await cloud.stop();
});
beforeEach(async () => {
  await setFaults(cloud.sandbox, []);
});

const ask = (query: Record<string, string>, with_: Keys = keys, where = cloud) =>
  askImm(where.sandbox, query, with_);

const refusedAs = (code: string, statusCode: number) => ({ code, statusCode });

describe('DetectImageFaces, called by the official generic client', () => {
  test('finds the face in the bytes that were uploaded', async () => {
    const body = await ask(about('uploads/portrait.jpg'));
    const { RequestId, Faces } = detectImageFacesSchema.parse(body);
    expect(RequestId).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    expect(Faces).toHaveLength(1);
    expect(isInside(middleOf(rectangleOf(Faces[0]!)), FACE)).toBe(true);
    expect(Faces[0]!.FigureId).toMatch(/^[0-9a-f-]{36}$/);
    for (const unmeasured of ['Glasses', 'Mask', 'Hat', 'Beard', 'Mouth', 'Sharpness', 'Attractive', 'AgeSD'])
      expect((body as { Faces: object[] }).Faces[0]).not.toHaveProperty(unmeasured);
  });

  test('sees what a thread of our own sees', async () => {
    const detector = startDetectorThread();
    const ours = await detector.detect(PORTRAIT);
    detector.close();
    if (!ours.ok) throw new Error(ours.fault.message);
    const { Faces } = detectImageFacesSchema.parse(await ask(about('uploads/portrait.jpg')));
    expect(Faces.map(({ FigureId, ...face }) => (FigureId === undefined ? null : face))).toEqual(
      ours.value.faces,
    );
  });

  test('takes every key, and finds nobody in a cat', async () => {
    expect(await ask(about("a (1)+*'!~/中文.jpg"))).toMatchObject({ Faces: [{ FigureType: 'face' }] });
    expect(await ask(about('cat.jpg'))).toMatchObject({ Faces: [] });
  });

  test("with the RAM user's own pair too", async () => {
    const { accessKeyId, accessKeySecret } = cloud.sandbox;
    expect(await ask(about('cat.jpg'), { accessKeyId, accessKeySecret })).toMatchObject({ Faces: [] });
  });

  test.each<[string, Record<string, string>, string, number]>([
    ['another project', about('cat.jpg', 'other'), 'ResourceNotFound', 400],
    ['no project', { SourceURI: 'oss://sandbox/cat.jpg' }, 'MissingProjectName', 400],
    ['no source', { ProjectName: 'sandbox' }, 'MissingSourceURI', 400],
    ['another bucket', { ProjectName: 'sandbox', SourceURI: 'oss://other/cat.jpg' }, 'InvalidArgument', 400],
    [
      'a web address',
      { ProjectName: 'sandbox', SourceURI: 'http://sandbox/cat.jpg' },
      'InvalidArgument',
      400,
    ],
    ['a bucket alone', { ProjectName: 'sandbox', SourceURI: 'oss://sandbox/' }, 'InvalidArgument', 400],
    ['no such object', about('nowhere.jpg'), 'ResourceNotFound', 400],
    ['text', about('text.jpg'), 'InvalidArgument', 400],
    ['half a picture', about('half.jpg'), 'InvalidArgument', 400],
  ])('refuses %s', async (_name, query, code, status) => {
    const { accessKeyId, accessKeySecret } = cloud.sandbox;
    await expect(ask(query, { accessKeyId, accessKeySecret })).rejects.toMatchObject(refusedAs(code, status));
  });

  test("names a missing project in the documents' words", async () => {
    const { accessKeyId, accessKeySecret } = cloud.sandbox;
    await expect(ask(about('cat.jpg', 'other'), { accessKeyId, accessKeySecret })).rejects.toMatchObject({
      data: { Message: 'The specified resource project is not found.' },
    });
  });

  const allow = (action: string, resource: string) => ({
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
  });
  test.each([
    ['the action', allow('imm:*', 'acs:imm:cn-hangzhou:*:project/sandbox'), null],
    ['the project in any region', allow('imm:DetectImageFaces', 'acs:imm:*:*:project/sandbox'), null],
    ['uploading alone', allow('oss:*', '*'), 'NoPermission'],
    ['another project', allow('imm:DetectImageFaces', 'acs:imm:*:*:project/other'), 'NoPermission'],
    ['another region', allow('imm:DetectImageFaces', 'acs:imm:cn-beijing:*:project/sandbox'), 'NoPermission'],
  ])('a session policy that allows %s', async (_name, policy, code) => {
    const narrowed = await temporaryKeys(cloud.sandbox, { policy });
    const asked = ask(about('cat.jpg'), narrowed);
    if (code === null) expect(await asked).toMatchObject({ Faces: [] });
    else await expect(asked).rejects.toMatchObject(refusedAs(code, 403));
  });

  test("the role's own policy counts as well", async () => {
    const rolePolicy = JSON.stringify(allow('oss:*', '*'));
    const strict = await openCloud({ rolePolicy });
    try {
      await aliOss(strict.sandbox).put('cat.jpg', CAT);
      const asked = ask(about('cat.jpg'), await temporaryKeys(strict.sandbox), strict);
      await expect(asked).rejects.toMatchObject(refusedAs('NoPermission', 403));
    } finally {
      await strict.stop();
    }
  });

  test('a wrong secret, a foreign token and an expired one', async () => {
    const other = await temporaryKeys(cloud.sandbox);
    await expect(ask(about('cat.jpg'), { ...keys, accessKeySecret: 'wrong' })).rejects.toMatchObject(
      refusedAs('SignatureDoesNotMatch', 400),
    );
    await expect(ask(about('cat.jpg'), { ...keys, stsToken: other.stsToken })).rejects.toMatchObject(
      refusedAs('InvalidSecurityToken.Malformed', 400),
    );
    await setFaults(cloud.sandbox, [{ operation: 'AssumeRole', fault: 'short-token', ms: 1 }]);
    const short = await temporaryKeys(cloud.sandbox);
    await expect(ask(about('cat.jpg'), short)).rejects.toMatchObject(
      refusedAs('InvalidSecurityToken.Expired', 400),
    );
  });

  test('throttles on demand', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'DetectImageFaces', fault: 'throttle', count: 1 }]);
    await expect(ask(about('cat.jpg'))).rejects.toMatchObject({ code: 'Throttling.User' });
    expect(await ask(about('cat.jpg'))).toMatchObject({ Faces: [] });
  });

  test('does not keep OSS waiting while it looks', async () => {
    const order: string[] = [];
    const looking = ask(about('uploads/portrait.jpg')).then(() => order.push('faces'));
    await aliOss(cloud.sandbox).put('beside', Buffer.from('x'));
    order.push('put');
    await looking;
    expect(order).toEqual(['put', 'faces']);
  });

  test('says that nothing was kept where it was told to discard', async () => {
    const empty = await openCloud({ discard: true });
    try {
      await aliOss(empty.sandbox).put('cat.jpg', CAT);
      const asked = ask(about('cat.jpg'), await temporaryKeys(empty.sandbox), empty);
      await expect(asked).rejects.toMatchObject(refusedAs('OperationNotSupported', 400));
    } finally {
      await empty.stop();
    }
  });

  test('is in the request log with its key', async () => {
    await ask(about('uploads/portrait.jpg'));
    expect((await adminLines(cloud.sandbox, 'requests')).at(-1)).toMatchObject({
      operation: 'DetectImageFaces',
      key: 'uploads/portrait.jpg',
      status: 200,
      accessKeyId: keys.accessKeyId,
    });
  });
});

const inQuery = (fields: Fields): Promise<RawAnswer> => rpcInQuery(cloud.sandbox, fields);
const inForm = (fields: Fields): Promise<RawAnswer> => rpcInForm(cloud.sandbox, fields);

describe('DetectImageFaces in the RPC form of the documents', () => {
  const good = () => signed(fieldsOf(about("a (1)+*'!~/中文.jpg"), keys), keys.accessKeySecret);

  test.each([
    ['query', inQuery],
    ['form', inForm],
  ])('in the %s', async (_where, sending) => {
    const answer = await sending(good());
    expect(answer.status).toBe(200);
    expect(detectImageFacesSchema.parse(JSON.parse(answer.text)).Faces).toHaveLength(1);
  });

  test('a throttle meets the form as well', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'DetectImageFaces', fault: 'throttle', count: 1 }]);
    expect((await inForm(good())).code).toBe('Throttling.User');
  });

  const changed =
    (change: Fields): (() => Fields) =>
    () => ({ ...good(), ...change });
  const signedWith =
    (change: Fields, at?: number): (() => Fields) =>
    () =>
      signed({ ...fieldsOf(about('cat.jpg'), keys, at), ...change }, keys.accessKeySecret);
  const without =
    (name: string): (() => Fields) =>
    () => {
      const fields = Object.entries(fieldsOf(about('cat.jpg'), keys)).filter(([field]) => field !== name);
      return signed(Object.fromEntries(fields), keys.accessKeySecret);
    };

  test.each<[string, () => Fields, string]>([
    [
      'another source than was signed',
      changed({ SourceURI: 'oss://sandbox/cat.jpg' }),
      'SignatureDoesNotMatch',
    ],
    ['a parameter more than was signed', changed({ Extra: '1' }), 'SignatureDoesNotMatch'],
    ['another nonce than was signed', changed({ SignatureNonce: 'other' }), 'SignatureDoesNotMatch'],
    ['a wrong signature', changed({ Signature: 'AAAA' }), 'SignatureDoesNotMatch'],
    ['a wrong secret', () => signed(fieldsOf(about('cat.jpg'), keys), 'wrong'), 'SignatureDoesNotMatch'],
    ['an hour ago', signedWith({}, Date.now() - HOUR_MS), 'InvalidTimeStamp.Expired'],
    ['in an hour', signedWith({}, Date.now() + HOUR_MS), 'InvalidTimeStamp.Expired'],
    ['a date of another form', signedWith({ Timestamp: 'yesterday' }), 'InvalidTimeStamp.Format'],
    ['an unknown key', signedWith({ AccessKeyId: 'STS.nobody' }), 'InvalidAccessKeyId.NotFound'],
    ['another token', signedWith({ SecurityToken: 'CAISxxxx' }), 'InvalidSecurityToken.Malformed'],
    ['no token', without('SecurityToken'), 'MissingSecurityToken'],
    ['no key', without('AccessKeyId'), 'MissingAccessKeyId'],
    ['no time', without('Timestamp'), 'MissingTimestamp'],
    ['no nonce', without('SignatureNonce'), 'MissingSignatureNonce'],
    ['another method', signedWith({ SignatureMethod: 'HMAC-MD5' }), 'InvalidParameter.SignatureMethod'],
    ['another action', signedWith({ Action: 'DeleteProject' }), 'InvalidAction.NotFound'],
    ['another version', signedWith({ Version: '2017-09-06' }), 'InvalidAction.NotFound'],
    ['another project', signedWith({ ProjectName: 'other' }), 'NoPermission'],
    ['no signature', () => fieldsOf(about('cat.jpg'), keys), 'IncompleteSignature'],
  ])('refuses %s', async (_name, fields, code) => {
    const answer = await inQuery(fields());
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.code).toBe(code);
  });

  test('refuses the same call a second time', async () => {
    const fields = signedWith({})();
    expect((await inQuery(fields)).status).toBe(200);
    expect((await inQuery(fields)).code).toBe('SignatureNonceUsed');
  });

  test('refuses a parameter that stands in query and form', async () => {
    const fields = good();
    const answer = await send({
      url: `${cloud.sandbox.imm}/?SourceURI=${encode('oss://sandbox/cat.jpg')}`,
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: written(fields),
    });
    expect(answer.code).toBe('InvalidParameter');
  });
});
