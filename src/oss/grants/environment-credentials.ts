import type { TemporaryCredentials } from '../../shared/credentials';
import { failure, fault, success, type Outcome } from '../../shared/faults';

const ID = 'OSS_ACCESS_KEY_ID';
const SECRET = 'OSS_ACCESS_KEY_SECRET';
const TOKEN = 'OSS_SESSION_TOKEN';

/**
 * Temporary credentials from the variables that Alibaba's own tools read. Without a token it is a plain AccessKey
 * pair; when they expire is not told. Faults: credentials-missing, which names what is missing and no values.
 */
export function credentialsFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Outcome<TemporaryCredentials> {
  const read = (name: string): string => environment[name]?.trim() ?? '';
  const missing = [ID, SECRET].filter((name) => read(name) === '');
  if (missing.length > 0)
    return failure(fault('credentials-missing', `The environment does not give ${missing.join(' and ')}.`));
  const accessKeyId = read(ID);
  const securityToken = read(TOKEN) === '' ? null : read(TOKEN);
  // An STS key id is worth nothing without its token: say so here, not as a refusal of OSS.
  if (accessKeyId.startsWith('STS.') && securityToken === null)
    return failure(fault('credentials-missing', `The environment does not give ${TOKEN}.`));
  return success({ accessKeyId, accessKeySecret: read(SECRET), securityToken, expiresAtServer: null });
}
