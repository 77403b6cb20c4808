import { sessionPrefix } from '../host/disk/batch-prefix';
import type { AskCredentials } from '../host/credentials/credentials-keeper';
import type { SendCallbackReplay } from '../host/destinations/callback-replays';
import type { AccessKeyPair } from '../oss/grants/assume-role';
import { credentialsFromEnvironment } from '../oss/grants/environment-credentials';
import { callbackReplayBearer, sendCallbackReplay } from '../oss/grants/callback-replay';
import { askPostPolicy } from '../oss/grants/post-policy';
import type { AskUploadUrls } from '../shared/upload-urls';
import { askTokenServer } from '../oss/grants/token-server';
import { UrlServer } from '../oss/grants/url-server';
import { failure, fault, success, type Outcome } from '../shared/faults';
import type { Profile } from '../shared/profile';

const BEARER = 'OSS_FERRY_TOKEN';
const KEY_ID = 'ALIBABA_CLOUD_ACCESS_KEY_ID';
const KEY_SECRET = 'ALIBABA_CLOUD_ACCESS_KEY_SECRET';

/** What the command asks so that it may upload. */
export interface CredentialSource {
  readonly ask: AskCredentials;
  /** Of `signed-url` alone. */
  readonly askUploadUrls?: AskUploadUrls;
  readonly sendNotice: SendCallbackReplay;
}

/** Where the command gets what it uploads with: an application server, STS, or its environment. */
export function credentialSource(profile: Profile, environment: NodeJS.ProcessEnv): CredentialSource {
  const { authorization, allowInsecure } = profile;
  const bearer = environment[BEARER]?.trim() ?? null;
  const notices = { sendNotice: noticeSender(profile, bearer) };
  if (authorization.kind !== 'signed-url') return { ask: askerOf(profile, bearer, environment), ...notices };
  const server = new UrlServer({
    url: authorization.url,
    bearer: () => Promise.resolve(success(bearer)),
    now: () => Date.now(),
    allowInsecure,
  });
  return {
    ...notices,
    ask: (_, fresh) => server.grant(fresh),
    askUploadUrls: (_, question, fresh) => server.ask(question, fresh),
  };
}

function noticeSender(profile: Profile, bearer: string | null): SendCallbackReplay {
  const url = profile.callback?.noticeUrl;
  if (url === undefined)
    return () => Promise.resolve(failure(fault('invalid-input', 'The profile names no callback.noticeUrl.')));
  const { allowInsecure } = profile;
  const shown = callbackReplayBearer(profile, bearer);
  return (_, notice) =>
    sendCallbackReplay({ url, bearer: shown, notice, allowInsecure, now: () => Date.now() });
}

function askerOf(profile: Profile, bearer: string | null, environment: NodeJS.ProcessEnv): AskCredentials {
  const { authorization, allowInsecure } = profile;
  const now = (): number => Date.now();
  switch (authorization.kind) {
    case 'token-server':
      return (_, fresh) => askTokenServer({ url: authorization.url, bearer, fresh, allowInsecure, now });
    case 'post-policy':
      return (_, fresh) => askPostPolicy({ url: authorization.url, bearer, fresh, allowInsecure, now });
    case 'assume-role': {
      const { aliyunProfile } = authorization;
      return async () => {
        const caller =
          aliyunProfile === undefined
            ? callerOfEnvironment(environment)
            : await (await import('../oss/grants/aliyun-profile')).aliyunProfileCaller(aliyunProfile);
        if (!caller.ok) return caller;
        // The SDK of STS is large, and the other ways do without it.
        const { assumeRole } = await import('../oss/grants/assume-role');
        return assumeRole({ profile, caller: caller.value, prefix: sessionPrefix(profile), now });
      };
    }
    default:
      return (_, fresh) => {
        // Asked past every cache: OSS has refused them, and the environment has no others.
        if (!fresh) return Promise.resolve(credentialsFromEnvironment(environment));
        const what = 'OSS refuses the temporary credentials of the environment; set new ones and run resume.';
        return Promise.resolve(failure(fault('credentials-missing', what)));
      };
  }
}

/** The AccessKey pair under the names that Alibaba's documents use. Fault: credentials-missing, without values. */
function callerOfEnvironment(environment: NodeJS.ProcessEnv): Outcome<AccessKeyPair> {
  const read = (name: string): string => environment[name]?.trim() ?? '';
  const missing = [KEY_ID, KEY_SECRET].filter((name) => read(name) === '');
  if (missing.length > 0)
    return failure(fault('credentials-missing', `The environment does not give ${missing.join(' and ')}.`));
  return success({ accessKeyId: read(KEY_ID), accessKeySecret: read(KEY_SECRET) });
}
