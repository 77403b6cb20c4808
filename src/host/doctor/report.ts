/** A report of a run that may be sent to whoever helps: nothing secret, and nobody's name, is in it. */
import { homedir, release, userInfo } from 'node:os';
import type { Check } from '../../shared/doctor';
import { endpointOf, addressingOf, type Profile } from '../../shared/profile';
import { missingRights } from '../../shared/doctor';
import { ramRequest } from '../../shared/ram-statement';
import { hintSentence, titleOf } from './sentences';

export interface ReportFacts {
  readonly profile: Profile;
  readonly checks: readonly Check[];
  /** Of the product. */
  readonly version: string;
  /** `Electron 45.4.1, Chrome …` or `Node 20.19`. */
  readonly runtime: string;
  readonly at: number;
}

/**
 * The report as text. Of the profile it takes what is named here and nothing else, addresses by their origin alone; from
 * all sentences this user's name and folders and everything that looks like a key, a token or a signature are cut.
 */
export function doctorReport({ profile, checks, version, runtime, at }: ReportFacts): string {
  const lines = [
    `OSS Ferry ${version}, check of a destination, ${new Date(at).toISOString()}`,
    `${process.platform} ${release()} ${process.arch}, ${runtime}`,
    '',
    JSON.stringify(profileFacts(profile), null, 2),
    '',
    ...checks.flatMap((check) => checkLines(check)),
  ];
  const rights = missingRights(checks);
  if (rights.length > 0) lines.push('', 'To ask the administrator for:', ramRequest(rights));
  return `${scrub(lines.join('\n'), profile)}\n`;
}

export const SIGNS = { true: '✓', false: '✗', null: '–' } as const;

function checkLines(check: Check): readonly string[] {
  const { id, ok, optional, fault } = check;
  const ids = [fault?.code, fault?.ossCode, fault?.ec, fault?.requestId, fault?.hostId]
    .filter(Boolean)
    .join(', ');
  const hint = hintSentence(check);
  return [
    `${SIGNS[`${ok}`]} ${id}: ${titleOf(id)}${ok === false && optional ? ' (optional)' : ''}`,
    ...(fault === undefined ? [] : [`    ${fault.message} [${ids}]`]),
    ...(hint === null ? [] : [`    ${hint}`]),
  ];
}

const originOf = (url: string): string => new URL(url).origin;

function profileFacts(profile: Profile): Record<string, unknown> {
  const { region, bucket, prefix, authorization, conflict, signature, allowInsecure, imm, object, callback } =
    profile;
  const { kind } = authorization;
  return {
    region,
    bucket,
    prefix,
    endpoint: originOf(endpointOf(profile)),
    addressing: addressingOf(profile),
    authorization: {
      kind,
      ...('url' in authorization ? { server: originOf(authorization.url) } : {}),
      ...(kind === 'assume-role'
        ? {
            role: authorization.roleArn,
            durationSeconds: authorization.durationSeconds,
            withExternalId: authorization.externalId !== undefined,
            withAliyunProfile: authorization.aliyunProfile !== undefined,
            sts: authorization.stsEndpoint === undefined ? null : originOf(authorization.stsEndpoint),
          }
        : {}),
    },
    conflict: conflict ?? null,
    signature,
    allowInsecure,
    imm:
      imm === undefined
        ? null
        : { project: imm.project, endpoint: imm.endpoint === undefined ? null : originOf(imm.endpoint) },
    object:
      object === undefined
        ? null
        : {
            storageClass: object.storageClass ?? null,
            acl: object.acl ?? null,
            encryption: object.encryption?.method ?? null,
            metadata: Object.keys(object.metadata ?? {}).length,
            tags: Object.keys(object.tags ?? {}).length,
          },
    callback:
      callback === undefined
        ? null
        : {
            server: callback.url === undefined ? null : originOf(callback.url),
            bodyType: callback.bodyType ?? null,
          },
  };
}

/** Sentences are ours and quote no secret; this is the second lock, for whatever a server or a library put into them. */
function scrub(text: string, profile: Profile): string {
  return withoutPerson(withoutFilledPrefix(text, profile.prefix))
    .replace(/(\/(?:home|Users)\/)[^/\s"']+/g, '$1…')
    .replace(/([A-Z]:\\+Users\\+)[^\\\s"']+/gi, '$1…')
    .replace(/\b(?:STS\.|TMP\.|LTAI)[\w.-]*([\w-]{4})(?![\w.-])/g, '…$1')
    .replace(/\bBearer\s+\S+/gi, 'Bearer …')
    .replace(/([?&][\w.-]*(?:signature|token|credential|accesskeyid|secret)[\w.-]*=)[^&\s"']+/gi, '$1…')
    .replace(/:\/\/[^/\s"'@]+@/g, '://…@');
}

const FILLED: Readonly<Record<string, string>> = {
  '{user}': '[^/]+',
  '{date}': '\\d{4}-\\d{2}-\\d{2}',
  '{batch}': '\\d{8}-\\d{6}-\\w{4}',
};

/** The key of the probe has this user's name where the prefix has `{user}`: the template takes its place. */
function withoutFilledPrefix(text: string, prefix: string): string {
  if (!prefix.includes('{')) return text;
  const pattern = prefix
    .split(/(\{\w+\})/)
    .map((piece) => FILLED[piece] ?? piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('');
  return text.replace(new RegExp(`${pattern}(?=\\.oss-ferry-probe)`, 'g'), () => prefix);
}

/** This user's folder, and the name as a step of a path. */
function withoutPerson(text: string): string {
  let name = '';
  try {
    name = userInfo().username;
  } catch {
    // A user without an entry has no name to tell.
  }
  const home = homedir();
  const homeless = home.length > 1 ? text.replaceAll(home, '~') : text;
  return name.length < 2 ? homeless : homeless.replaceAll(`/${name}/`, '/…/');
}
