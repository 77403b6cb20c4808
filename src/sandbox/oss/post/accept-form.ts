import { callbackOfForm, type Callback } from '../../callback/callback';
import type { Exchange } from '../../wire/exchange';
import { invalidArgument } from '../../wire/refusal';
import { checkKey } from '../address';
import { forbidsOverwrite, keptWithAcl } from '../upload-headers';
import { checkFixedByV4, type FormClaim } from './form-claim';
import { checkPostPolicy, parsePostPolicy, type PostPolicy } from './post-policy';
import type { FormFile } from './read-form';

/** A form that may become an object, if its file is of the right size. */
export interface AcceptedForm {
  readonly key: string;
  readonly policy: PostPolicy;
  readonly headers: Readonly<Record<string, string>>;
  readonly forbidsOverwrite: boolean;
  readonly successStatus: 200 | 201 | 204;
  readonly redirect: string | null;
  readonly callback: Callback | null;
}

/**
 * Judges the fields of a form whose signature has been verified: its policy, its key, and what it asks for.
 * Throws OSS's refusals.
 */
export function acceptForm(
  exchange: Exchange,
  bucket: string,
  claim: FormClaim,
  fields: ReadonlyMap<string, string>,
  file: FormFile,
): AcceptedForm {
  const key = formKey(fields, file);
  const policy = parsePostPolicy(claim.policy);
  checkFixedByV4(claim, policy);
  // Documents: forbid-overwrite comes as a header of the request; clients also send it as a field.
  const forbids = fields.get('x-oss-forbid-overwrite') ?? exchange.headers.get('x-oss-forbid-overwrite');
  const forbidField = new Map(forbids === undefined ? [] : [['x-oss-forbid-overwrite', forbids]]);
  const values = new Map([
    ...contentType(fields, file),
    ...fields,
    ...forbidField,
    ['key', key],
    ['bucket', bucket],
  ]);
  checkPostPolicy(policy, exchange.nowMs, (field) => values.get(field) ?? '');
  checkKey(key);
  return {
    key,
    policy,
    headers: keptWithAcl(new Map([...fields, ...contentType(fields, file)])),
    forbidsOverwrite: forbidsOverwrite(forbidField),
    successStatus: successStatus(fields.get('success_action_status')),
    redirect: redirect(fields.get('success_action_redirect')),
    callback: callbackOfForm(fields),
  };
}

/** The key that a form names, with `${filename}` put in; throws InvalidArgument where it names none. */
export function formKey(fields: ReadonlyMap<string, string>, file: FormFile): string {
  const key = fields.get('key');
  if (key === undefined || key === '') {
    throw invalidArgument("Bucket POST must contain a field named 'key'.", {
      fields: { ArgumentName: 'key', ArgumentValue: '' },
    });
  }
  return key.replaceAll('${filename}', () => file.filename ?? '');
}

// OSS: x-oss-content-type before the type of the file's part before the field Content-Type; but where the
// part names no type the parser says text/plain.
function contentType(fields: ReadonlyMap<string, string>, file: FormFile): Map<string, string> {
  const own = file.contentType === 'text/plain' ? undefined : file.contentType;
  const type = fields.get('x-oss-content-type') ?? own ?? fields.get('content-type') ?? file.contentType;
  return new Map([['content-type', type]]);
}

function successStatus(text: string | undefined): 200 | 201 | 204 {
  if (text === '200') return 200;
  return text === '201' ? 201 : 204;
}

function redirect(text: string | undefined): string | null {
  if (text === undefined) return null;
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol) ? text : null;
  } catch {
    return null;
  }
}
