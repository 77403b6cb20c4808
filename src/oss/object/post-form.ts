/** The form of PostObject: https://www.alibabacloud.com/help/en/oss/developer-reference/postobject */
import { randomBytes } from 'node:crypto';
import type { Body } from '../../engine/ports';
import type { FormGrant } from '../../shared/credentials';
import { failure, fault, success, type Fault, type Outcome } from '../../shared/faults';
import { addressingOf, type Profile } from '../../shared/profile';
import { bucketOrigin, originOf, originText } from './address';
import { callbackFields } from './callback-headers';
import { putHeaders } from './object-headers';

/** OSS: all fields but `file`, the key included, have 8 KB at most. */
const MOST_FIELD_BYTES = 8 * 1024;

interface NewObject {
  readonly key: string;
  /** `x-oss-tagging`; null: none. */
  readonly tagging: string | null;
}

export interface Form {
  readonly contentType: string;
  /** Everything with the file in its place; its length is exact. */
  readonly body: Body;
}

/**
 * The form that carries a file to `key`, read as it is sent. Faults: no-permission (the policy is for another
 * directory), name-refused, too-large (by the policy's content-length-range, or the fields), invalid-input (the server names a host
 * that is not the bucket's own).
 */
export function formOf(
  profile: Profile,
  grant: FormGrant,
  { key, tagging }: NewObject,
  file: Body,
): Outcome<Form> {
  const problem = hostProblem(profile, grant) ?? keyProblem(grant, key) ?? sizeProblem(grant, file.sizeBytes);
  if (problem !== null) return failure(problem);
  const { 'Content-Type': contentType = '', ...settings } = putHeaders({
    settings: profile.object,
    key,
    tagging,
  });
  // Who gives the policy has the first word on callbacks.
  const isCalledBack = grant.fields.some(([name]) => name === 'callback');
  const boundary = `ferry-${randomBytes(16).toString('hex')}`;
  const fields: readonly (readonly [string, string])[] = [
    ['key', key],
    ...grant.fields,
    ...Object.entries(settings),
    ...(isCalledBack ? [] : callbackFields(profile.callback)),
  ];
  const bytes = fields.reduce((sum, field) => sum + Buffer.byteLength(field.join('')), 0);
  if (bytes > MOST_FIELD_BYTES)
    return failure(fault('too-large', 'The fields of the form have more than 8 KB; OSS takes no more.'));
  const head = Buffer.from(
    fields.map(([name, value]) => fieldOf(boundary, name, value)).join('') +
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n` +
      `Content-Type: ${contentType}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return success({
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: {
      sizeBytes: head.length + file.sizeBytes + tail.length,
      chunks: async function* () {
        yield head;
        let sent = 0;
        for await (const chunk of file.chunks()) {
          sent += chunk.length;
          yield chunk;
        }
        // A file that ended early: the form never ends, so it never becomes an object.
        if (sent === file.sizeBytes) yield tail;
      },
    },
  });
}

const fieldOf = (boundary: string, name: string, value: string): string =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

/** A form goes nowhere but to the bucket of the profile, whatever the server says. */
function hostProblem(profile: Profile, { host }: FormGrant): Fault | null {
  if (addressingOf(profile) === 'cname')
    return fault(
      'invalid-input',
      'Forms cannot be sent to a custom domain; name the endpoint of the bucket.',
    );
  const said = originOf(new URL(host));
  const ours = bucketOrigin(profile);
  if (said.host === ours.host && said.secure === ours.secure) return null;
  return fault(
    'invalid-input',
    `The signing server sends the form to ${originText(said)}, which is not the bucket's domain ${originText(ours)}.`,
  );
}

function keyProblem({ directory }: FormGrant, key: string): Fault | null {
  // OSS puts the name of the form's file in its place, so the object would get another key.
  if (key.includes('${filename}'))
    return fault('name-refused', 'A form cannot carry a file whose name holds ${filename}; rename it.');
  if (key.startsWith(directory)) return null;
  return fault('no-permission', `The policy is for keys below "${directory}"; "${key}" is not.`);
}

function sizeProblem(grant: FormGrant, sizeBytes: number): Fault | null {
  const range = lengthRangeOf(grant);
  if (range === null || (sizeBytes >= range.least && sizeBytes <= range.most)) return null;
  return fault(
    'too-large',
    `The policy takes ${range.least} to ${range.most} bytes; the file has ${sizeBytes}.`,
  );
}

/** The content-length-range of the policy; null where it has none or cannot be read: then OSS decides alone. */
function lengthRangeOf({ fields }: FormGrant): { readonly least: number; readonly most: number } | null {
  const policy = fields.find(([name]) => name === 'policy')?.[1] ?? '';
  let conditions: unknown;
  try {
    conditions = (JSON.parse(Buffer.from(policy, 'base64').toString('utf8')) as { conditions?: unknown })
      .conditions;
  } catch {
    return null;
  }
  if (!Array.isArray(conditions)) return null;
  for (const condition of conditions as unknown[]) {
    if (!Array.isArray(condition) || condition[0] !== 'content-length-range') continue;
    const [, least, most] = condition as unknown[];
    if (typeof least === 'number' && typeof most === 'number') return { least, most };
  }
  return null;
}
