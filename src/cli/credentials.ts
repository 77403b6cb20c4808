import type { AskCredentials } from '../host/credentials-keeper';
import { credentialsFromEnvironment } from '../oss/environment-credentials';
import { askTokenServer } from '../oss/token-server';
import { failure, fault } from '../shared/faults';
import type { Profile } from '../shared/profile';

/** Where the command gets temporary credentials from: the token server, or its environment. */
export function credentialSource(profile: Profile, environment: NodeJS.ProcessEnv): AskCredentials {
  const { authorization, allowInsecure } = profile;
  if (authorization.kind === 'token-server')
    return (_, fresh) =>
      askTokenServer({ url: authorization.url, fresh, allowInsecure, now: () => Date.now() });
  return (_, fresh) => {
    // Asked past every cache: OSS has refused them, and the environment has no others.
    if (!fresh) return Promise.resolve(credentialsFromEnvironment(environment));
    const what = 'OSS refuses the temporary credentials of the environment; set new ones and run resume.';
    return Promise.resolve(failure(fault('credentials-missing', what)));
  };
}
