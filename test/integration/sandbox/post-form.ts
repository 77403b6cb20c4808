import type OSS from 'ali-oss';
import type { RunningSandbox } from '../../../src/sandbox/start-sandbox';
import { aliOss, type Keys } from './cloud';
import { send, type RawAnswer } from './raw-request';

/** A form as a test sends it: the fields in order, then the file. */
export interface Form {
  fields: Record<string, string>;
  file: Blob | string;
  filename: string;
  headers: Record<string, string>;
  /** Puts one field behind the file, where none may stand. */
  hasLateField?: boolean;
}

/** A policy as an application server writes it; a test changes what it is about. */
export interface Policy {
  expiration: string;
  conditions: unknown[];
}

const MINUTE_MS = 60_000;

/** What ali-oss has and its types leave out. */
type SigningOss = OSS & { signPostObjectPolicyV4(policy: Policy, date: Date): string };

export type PostVersion = 'V1' | 'V4';

/** A form signed by ali-oss, with a policy that lets `uploads/` pass. */
export function signedForm(
  sandbox: RunningSandbox,
  version: PostVersion,
  options: {
    keys?: Keys;
    /** Extra conditions, or a change to the whole policy. */
    conditions?: unknown[];
    change?: (policy: Policy) => void;
    date?: Date;
  } = {},
): Form {
  const keys = options.keys ?? sandbox;
  const token = options.keys?.stsToken;
  const client = aliOss(sandbox, { ...keys }) as SigningOss;
  const date = options.date ?? new Date();
  const v4 = version === 'V4' ? v4Fields(sandbox.region, keys.accessKeyId, date) : {};
  const security = token === undefined ? {} : { 'x-oss-security-token': token };
  const policy: Policy = {
    expiration: new Date(Date.now() + 10 * MINUTE_MS).toISOString(),
    conditions: [
      { bucket: sandbox.bucket },
      ['starts-with', '$key', 'uploads/'],
      ['content-length-range', 0, 5_000_000],
      ...Object.entries(version === 'V4' ? { ...v4, ...security } : {}).map(([name, value]) => ({
        [name]: value,
      })),
      ...(options.conditions ?? []),
    ],
  };
  options.change?.(policy);
  const signature =
    version === 'V4'
      ? { ...v4, policy: base64(policy), 'x-oss-signature': client.signPostObjectPolicyV4(policy, date) }
      : { ...client.calculatePostSignature(policy) };
  return {
    fields: { key: 'uploads/a.txt', ...(signature as Record<string, string>), ...security },
    file: new Blob(['hello'], { type: 'text/markdown' }),
    filename: 'a file.txt',
    headers: {},
  };
}

function v4Fields(region: string, accessKeyId: string, date: Date): Record<string, string> {
  const timestamp = date.toISOString().replace(/[-:]|\.\d{3}/g, '');
  return {
    'x-oss-signature-version': 'OSS4-HMAC-SHA256',
    'x-oss-credential': `${accessKeyId}/${timestamp.slice(0, 8)}/${region}/oss/aliyun_v4_request`,
    'x-oss-date': timestamp,
  };
}

export const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

/** The form as the runtime's own FormData writes it. */
export async function encoded(form: Form): Promise<{ body: Buffer; contentType: string }> {
  const data = new FormData();
  for (const [name, value] of Object.entries(form.fields)) data.append(name, value);
  if (typeof form.file === 'string') data.append('file', form.file);
  else data.append('file', form.file, form.filename);
  if (form.hasLateField === true) data.append('late', 'x');
  const response = new Response(data);
  const contentType = response.headers.get('content-type') ?? '';
  return { body: Buffer.from(await response.arrayBuffer()), contentType };
}

/** Sends a form to the bucket's own domain. */
export async function post(sandbox: RunningSandbox, form: Form): Promise<RawAnswer> {
  const { body, contentType } = await encoded(form);
  const url = `${sandbox.oss.replace('//', `//${sandbox.bucket}.`)}/`;
  return send({ url, method: 'POST', headers: { 'Content-Type': contentType, ...form.headers }, body });
}
