/** The two forms in which IMM is called, each written without a word of ours: the official client, and the documents. */
import { createHmac, randomUUID } from 'node:crypto';
import OpenApiModule, { $OpenApiUtil, OpenApiUtil } from '@alicloud/openapi-core';
import type { RunningSandbox } from '../../../src/sandbox/start-sandbox';
import type { Keys } from './cloud';
import { send, type RawAnswer } from './raw-request';

interface Client {
  callApi(params: unknown, request: unknown, runtime: unknown): Promise<{ body: unknown }>;
}
// The package's default export arrives as a namespace object, depending on who loads it.
function unwrap(module: unknown): new (config: unknown) => Client {
  let candidate = module;
  while (typeof candidate === 'object' && candidate !== null && 'default' in candidate)
    candidate = candidate.default;
  return candidate as new (config: unknown) => Client;
}
const OpenApi = unwrap(OpenApiModule);
const PARAMS = new $OpenApiUtil.Params({
  action: 'DetectImageFaces',
  version: '2020-09-30',
  protocol: 'HTTPS',
  pathname: '/',
  method: 'POST',
  authType: 'AK',
  style: 'RPC',
  reqBodyType: 'formData',
  bodyType: 'json',
});

/** The official generic call, as it is documented. */
export async function askImm(
  sandbox: Pick<RunningSandbox, 'imm'>,
  query: Record<string, string>,
  with_: Keys,
): Promise<unknown> {
  const client = new OpenApi(
    new $OpenApiUtil.Config({
      accessKeyId: with_.accessKeyId,
      accessKeySecret: with_.accessKeySecret,
      ...(with_.stsToken === undefined ? {} : { securityToken: with_.stsToken }),
      endpoint: new URL(sandbox.imm).host,
      protocol: 'HTTP',
      regionId: 'cn-hangzhou',
    }),
  );
  const request = new $OpenApiUtil.OpenApiRequest({ query: OpenApiUtil.query(query) });
  const answer = await client.callApi(PARAMS, request, { readTimeout: 30_000 });
  return answer.body;
}
export const about = (key: string, project = 'sandbox') => ({
  ProjectName: project,
  SourceURI: `oss://sandbox/${key}`,
});

/** The documents' own form, written from their text alone. */
export const encode = (text: string): string =>
  [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.~]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

export type Fields = Record<string, string>;

export const fieldsOf = (query: Fields, with_: Keys, at = Date.now()): Fields => ({
  AccessKeyId: with_.accessKeyId,
  Action: 'DetectImageFaces',
  Format: 'JSON',
  SecureTransport: 'true',
  ...(with_.stsToken === undefined ? {} : { SecurityToken: with_.stsToken }),
  SignatureMethod: 'HMAC-SHA1',
  SignatureNonce: randomUUID(),
  SignatureVersion: '1.0',
  Timestamp: new Date(at).toISOString().replace(/\.\d{3}/, ''),
  Version: '2020-09-30',
  ...query,
});

export function signed(fields: Fields, secret: string): Fields {
  const sorted = Object.keys(fields)
    .sort()
    .map((name) => `${encode(name)}=${encode(fields[name]!)}`)
    .join('&');
  const Signature = createHmac('sha1', `${secret}&`)
    .update(`POST&%2F&${encode(sorted)}`)
    .digest('base64');
  return { ...fields, Signature };
}

export const written = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');

export const rpcInQuery = ({ imm }: Pick<RunningSandbox, 'imm'>, fields: Fields): Promise<RawAnswer> =>
  send({
    url: `${imm}/?${written(fields)}`,
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '',
  });
export const rpcInForm = ({ imm }: Pick<RunningSandbox, 'imm'>, fields: Fields): Promise<RawAnswer> =>
  send({
    url: `${imm}/`,
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: written(fields),
  });
