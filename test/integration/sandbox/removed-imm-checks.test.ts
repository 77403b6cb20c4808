import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunningSandbox } from '../../../src/sandbox/start-sandbox';
import { CAT } from '../../fakes/pictures';
import { aliOss, setFaults, temporaryKeys, type Keys } from './cloud';
import { about, askImm, encode, fieldsOf, rpcInQuery, signed, written, type Fields } from './imm-calls';
import { send } from './raw-request';
import { codeOf, describeChecks, session, thrownCode, type Attack, type Check } from './removed-checks';

const HOUR_MS = 3_600_000;
const OPTIONS = { facesFolder: resolve(import.meta.dirname, '../../../out/faces') };
const CALLER = 'sts/acs-caller.ts';
const RPC = 'imm/rpc-call.ts';
const SERVICE = 'imm/imm-service.ts';
const ACTION = 'imm/detect-image-faces.ts';
/** All are about it: what the cat is refused for is never the cat. */
const OBJECT = 'cat.jpg';

const withCat =
  (attack: Attack): Attack =>
  async (sandbox) => {
    await aliOss(sandbox).put(OBJECT, readFileSync(CAT));
    return attack(sandbox);
  };

/** The RAM user's own pair: no session stands in the way. */
const userOf = ({ accessKeyId, accessKeySecret }: RunningSandbox): Keys => ({ accessKeyId, accessKeySecret });

const official = (
  query: Record<string, string>,
  keysOf: (sandbox: RunningSandbox) => Keys | Promise<Keys> = userOf,
): Attack => withCat(async (sandbox) => thrownCode(askImm(sandbox, query, await keysOf(sandbox))));

/** In the documents' form, spoiled before it is signed. */
const rpc = (
  spoil: (fields: Fields) => Fields = (fields) => fields,
  keysOf: (sandbox: RunningSandbox) => Keys | Promise<Keys> = userOf,
  at?: number,
): Attack =>
  withCat(async (sandbox) => {
    const keys = await keysOf(sandbox);
    const fields = spoil(fieldsOf(about(OBJECT), keys, at));
    return codeOf(await rpcInQuery(sandbox, signed(fields, keys.accessKeySecret)));
  });

const narrowedTo =
  (policy: object) =>
  (sandbox: RunningSandbox): Promise<Keys> =>
    temporaryKeys(sandbox, { policy });

async function foreignToken(sandbox: RunningSandbox): Promise<Keys> {
  const [one, other] = [await temporaryKeys(sandbox), await temporaryKeys(sandbox)];
  return { ...one, stsToken: other.stsToken };
}

async function expiredToken(sandbox: RunningSandbox): Promise<Keys> {
  await setFaults(sandbox, [{ operation: 'AssumeRole', fault: 'short-token', ms: 1 }]);
  return temporaryKeys(sandbox);
}

const wrongSecret = (sandbox: RunningSandbox): Keys => ({ ...userOf(sandbox), accessKeySecret: 'wrong' });

const without =
  (name: string) =>
  (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));

const CHECKS: Check[] = [
  {
    name: 'the ACS3 signature of a call to IMM',
    patch: {
      file: 'sts/verify-acs3.ts',
      find: '!isSameSecret(expected, signature) || !isBodyNamed',
      replace: 'false',
    },
    attack: official(about(OBJECT), wrongSecret),
    refusal: 'SignatureDoesNotMatch',
  },
  {
    name: 'the RPC signature',
    patch: {
      file: RPC,
      find: "!isSameSecret(signRpc(exchange.method, parameters, secret), mandatory('Signature'))",
      replace: 'false',
    },
    attack: rpc(undefined, wrongSecret),
    refusal: 'SignatureDoesNotMatch',
  },
  {
    name: 'the method that an RPC signature names',
    patch: { file: RPC, find: "mandatory('SignatureMethod') !== 'HMAC-SHA1' || ", replace: '' },
    attack: rpc((fields) => ({ ...fields, SignatureMethod: 'HMAC-MD5' })),
    refusal: 'InvalidParameter.SignatureMethod',
  },
  {
    name: 'that an RPC call is not played twice',
    patch: { file: RPC, find: 'registry.nonces.use(nonce, exchange.receivedAt);', replace: '' },
    attack: withCat(async (sandbox) => {
      const keys = userOf(sandbox);
      const fields = signed(fieldsOf(about(OBJECT), keys), keys.accessKeySecret);
      await rpcInQuery(sandbox, fields);
      return codeOf(await rpcInQuery(sandbox, fields));
    }),
    refusal: 'SignatureNonceUsed',
  },
  {
    name: 'the time of an RPC call',
    patch: { file: RPC, find: 'if (checksDate) checkAcsDate(timestamp, exchange.nowMs);', replace: '' },
    attack: rpc(undefined, userOf, Date.now() - HOUR_MS),
    refusal: 'InvalidTimeStamp.Expired',
  },
  {
    name: 'how far off the time of a call may be',
    patch: {
      file: CALLER,
      find: 'if (Math.abs(Date.parse(date) - nowMs) > MAX_SKEW_MS) {',
      replace: 'if (false) {',
    },
    attack: rpc(undefined, userOf, Date.now() + HOUR_MS),
    refusal: 'InvalidTimeStamp.Expired',
  },
  {
    name: 'that a parameter stands there once',
    patch: { file: RPC, find: 'if (twice !== undefined)', replace: 'if (false)' },
    attack: withCat(async (sandbox) => {
      const keys = userOf(sandbox);
      const body = written(signed(fieldsOf(about(OBJECT), keys), keys.accessKeySecret));
      const url = `${sandbox.imm}/?SourceURI=${encode('oss://sandbox/other.jpg')}`;
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      return codeOf(await send({ url, method: 'POST', headers, body }));
    }),
    refusal: 'InvalidParameter',
    // The signature covers both values: this check only says what is wrong.
    otherwise: 'SignatureDoesNotMatch',
  },
  {
    name: 'that a call in the RPC form has all of its own parameters',
    patch: { file: RPC, find: "if (value === null || value === '')", replace: 'if (false)' },
    attack: rpc(without('SignatureNonce')),
    refusal: 'MissingSignatureNonce',
  },
  {
    name: 'that the token of a call to IMM belongs to its key',
    patch: { file: CALLER, find: '!session || owner?.accessKeyId !== accessKeyId', replace: '!session' },
    attack: official(about(OBJECT), foreignToken),
    refusal: 'InvalidSecurityToken.Malformed',
  },
  {
    name: 'the end of the token of a call to IMM',
    patch: { file: CALLER, find: 'if (sessions.isExpired(session, nowMs))', replace: 'if (false)' },
    attack: official(about(OBJECT), expiredToken),
    refusal: 'InvalidSecurityToken.Expired',
  },
  {
    name: 'the action that IMM is asked for',
    patch: {
      file: SERVICE,
      find: 'if (action !== ACTION || version !== VERSION) throw unknownAction();',
      replace: '',
    },
    attack: rpc((fields) => ({ ...fields, Action: 'DeleteProject' })),
    refusal: 'InvalidAction.NotFound',
  },
  {
    name: 'that a policy allows to ask IMM',
    patch: { file: SERVICE, find: 'if (!isPermitted)', replace: 'if (false)' },
    attack: official(about(OBJECT), narrowedTo(session('*'))),
    refusal: 'NoPermission',
  },
  {
    name: 'the project that a policy names',
    patch: { file: SERVICE, find: 'project/${project}`', replace: 'project/other`' },
    attack: official(about(OBJECT), narrowedTo(session('acs:imm:*:*:project/other', 'imm:DetectImageFaces'))),
    refusal: 'NoPermission',
    // The role's own policy names the true project.
    options: { rolePolicy: JSON.stringify(session('*', 'imm:*')) },
  },
  {
    name: 'that the project is there',
    patch: {
      file: ACTION,
      find: "if (projectOf(get) !== ground.project) throw notFound('project');",
      replace: '',
    },
    attack: official(about(OBJECT, 'holiday')),
    refusal: 'ResourceNotFound',
  },
  {
    name: 'that a call has all parameters of the action',
    patch: { file: ACTION, find: "if (value === null || value === '')", replace: 'if (false)' },
    attack: official({ ProjectName: 'sandbox' }),
    refusal: 'MissingSourceURI',
    otherwise: 'InvalidArgument',
  },
  {
    name: "that the bucket is one of the project's region",
    patch: { file: ACTION, find: 'if (named !== bucket)', replace: 'if (false)' },
    attack: official({ ProjectName: 'sandbox', SourceURI: `oss://elsewhere/${OBJECT}` }),
    refusal: 'InvalidArgument',
  },
  {
    name: 'that the object is there',
    patch: {
      file: ACTION,
      find: "if (object === null) throw notFound('object');",
      replace: 'if (object === null) return { pieces: [], sizeBytes: 0 } as never;',
    },
    attack: official(about('nowhere.jpg')),
    refusal: 'ResourceNotFound',
    // No bytes are no picture.
    otherwise: 'InvalidArgument',
  },
  {
    name: 'that the object is a picture that can be read',
    patch: {
      file: ACTION,
      find: 'if (!answer.ok) throw refusalOf(answer.problem);',
      replace: 'if (!answer.ok) return { Faces: [] };',
    },
    attack: async (sandbox) => {
      await aliOss(sandbox).put('text.jpg', Buffer.from('not a picture'));
      return thrownCode(askImm(sandbox, about('text.jpg'), userOf(sandbox)));
    },
    refusal: 'InvalidArgument',
  },
];

describeChecks(
  // Without its check each call has an answer, where nothing else is said of it.
  CHECKS.map((check) => ({ otherwise: null, ...check, options: { ...OPTIONS, ...check.options } })),
);
