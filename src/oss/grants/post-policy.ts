import type { FormGrant } from '../../shared/credentials';
import { success, type Outcome } from '../../shared/faults';
import { postPolicyAnswerSchema, type PostPolicyAnswer } from '../../shared/upload-urls';
import { askApplicationServer, type SigningQuestion } from './application-server';

/**
 * Asks an application server for a post policy: the documents' form (version 1) or version 4. Faults as of
 * `askApplicationServer`.
 */
export async function askPostPolicy(call: SigningQuestion): Promise<Outcome<FormGrant>> {
  const answer = await askApplicationServer(call, postPolicyAnswerSchema);
  return answer.ok ? success(grantOf(answer.value)) : answer;
}

/** The fields in the order of the document, which wants `file` last and the rest before it. */
function grantOf(answer: PostPolicyAnswer): FormGrant {
  const optional = (name: string, value: string | undefined): (readonly [string, string])[] =>
    value === undefined ? [] : [[name, value]];
  const signed: (readonly [string, string])[] =
    answer.version === undefined
      ? [
          ['policy', answer.policy],
          ['OSSAccessKeyId', answer.accessid],
          ['success_action_status', '200'],
          ...optional('callback', answer.callback),
          ['signature', answer.signature],
          ...optional('x-oss-security-token', answer['x-oss-security-token']),
        ]
      : [
          ['policy', answer.policy],
          ['x-oss-signature-version', answer.version],
          ['x-oss-credential', answer.x_oss_credential],
          ['x-oss-date', answer.x_oss_date],
          ['success_action_status', '200'],
          ...optional('callback', answer.callback),
          ['x-oss-signature', answer.signature],
          ...optional('x-oss-security-token', answer.security_token),
        ];
  return {
    kind: 'post-policy',
    host: answer.host,
    directory: answer.dir,
    fields: signed,
    expiresAtServer: answer.expire * 1000,
  };
}
