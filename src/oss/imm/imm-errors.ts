import { readSdkError } from '../../shared/alibaba-sdk';
import { fault, type Fault, type FaultCode } from '../../shared/faults';

/** What was asked, for the words. */
export interface ImmAsked {
  /** Host of the endpoint. */
  readonly host: string;
  readonly region: string;
  readonly projectName: string;
  readonly bucket: string;
  readonly key: string;
}

type Rule = readonly [code: RegExp, message: RegExp | null, fault: FaultCode];

/**
 * Alibaba's codes, the first that fits. The table of the API page is not known to its end, so families are matched,
 * and words are looked at only where one code stands for several causes (facts: `ResourceNotFound` with "The
 * specified resource project is not found.", `InvalidArgument` for every wrong value).
 */
const RULES: readonly Rule[] = [
  [/^Throttling|^LimitExceeded|^QpsLimit|^TooManyRequests/, null, 'throttled'],
  [/^(InvalidSecurityToken|SecurityTokenExpired|InvalidAccessKeyId)/, null, 'token-expired'],
  [/^(SignatureDoesNotMatch|IncompleteSignature)/, null, 'signature'],
  [/^(InvalidTimeStamp|IllegalTimestamp|RequestTimeTooSkewed)/, null, 'clock-skew'],
  [/./, /region/i, 'imm-region'],
  [/^(NoPermission|Forbidden|AccessDenied|Unauthorized)/, null, 'imm-no-permission'],
  [
    /^(ResourceNotFound|InvalidArgument|InvalidParameter|ProjectNotFound|NotFound)/,
    /project/i,
    'imm-project-missing',
  ],
  [/^ProjectNotFound/, null, 'imm-project-missing'],
  [/^(ResourceNotFound|NoSuch|ObjectNotFound|FileNotFound|NotFound)/, null, 'object-gone'],
  [/^Invalid/, /(not|n't) (exist|found)|no such/i, 'object-gone'],
  [/^Unsupported|^ImageFormat|^InvalidImage/, null, 'picture-format'],
  [/^Invalid/, /damaged|corrupt/i, 'picture-unreadable'],
  [/^Invalid/, /too large|larger than|exceed|size/i, 'picture-too-large'],
  [/^Invalid/, /format|decode|unsupported|not supported|image type/i, 'picture-format'],
];

/** The fault that whatever the call threw stands for. Holds no URL, no signature and no key of an account. */
export function immFault(thrown: unknown, asked: ImmAsked): Fault {
  const { name, code, statusCode, requestId, retryAfter, data } = readSdkError(thrown);
  if (code === undefined || statusCode === undefined) return connectionFault(name, code, asked.host);
  const found = faultCodeOf(code, data?.Message ?? '', statusCode);
  return fault(found, sentenceOf(found, code, asked), {
    ossCode: code,
    ...(requestId === undefined ? {} : { requestId }),
    ...(found === 'throttled' && retryAfter !== undefined
      ? { retryAfterMs: Math.min(retryAfter, 86_400_000) }
      : {}),
  });
}

function faultCodeOf(code: string, message: string, statusCode: number): FaultCode {
  const rule = RULES.find(([ofCode, ofMessage]) => ofCode.test(code) && (ofMessage?.test(message) ?? true));
  if (rule !== undefined) return rule[2];
  if (statusCode === 429) return 'throttled';
  if (statusCode >= 500) return 'server-busy';
  return statusCode === 403 ? 'imm-no-permission' : 'server-refused';
}

/** The words are ours: IMM's own messages quote what was sent. */
function sentenceOf(found: FaultCode, code: string, { region, projectName, bucket, key }: ImmAsked): string {
  switch (found) {
    case 'throttled':
      return `IMM asks to slow down (${code}).`;
    case 'server-busy':
      return `IMM has a fault of its own (${code}).`;
    case 'token-expired':
      return `IMM does not take the temporary credentials any more (${code}).`;
    case 'signature':
      return `IMM refuses the signature (${code}); is the AccessKey secret right?`;
    case 'clock-skew':
      return `IMM refuses the time of this computer (${code}); set its clock right and ask again.`;
    case 'imm-region':
      return `The IMM project "${projectName}" must be in the region of the bucket ${bucket}, ${region} (${code}).`;
    case 'imm-no-permission':
      return `The credentials may not call imm:DetectImageFaces on the project "${projectName}" (${code}).`;
    case 'imm-project-missing':
      return `There is no IMM project "${projectName}" in ${region} (${code}).`;
    case 'object-gone':
      return `IMM does not find oss://${bucket}/${key} (${code}); was it deleted?`;
    case 'picture-unreadable':
      return `IMM cannot read the picture (${code}); it may be damaged.`;
    case 'picture-format':
      return `IMM cannot read this picture's format (${code}).`;
    case 'picture-too-large':
      return `IMM does not take a picture of this size (${code}).`;
    default:
      return `IMM refused to look at the picture (${code}).`;
  }
}

const CONNECTION_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
};

function connectionFault(name: string | undefined, code: string | undefined, host: string): Fault {
  // Of the SDK itself: no request was sent.
  if (code === 'InvalidCredentials')
    return fault('credentials-missing', 'There are no credentials to ask IMM with.');
  if (name === 'SyntaxError' || name === 'TypeError') return notImm(host);
  if (code === 'ETIMEDOUT' || name?.includes('Timeout') === true)
    return fault('imm-unreachable', `IMM (${host}) did not answer in time.`);
  const words = CONNECTION_WORDS[code ?? ''];
  return fault(
    'imm-unreachable',
    `IMM (${host}) cannot be reached${words === undefined ? '' : `: ${words}`}.`,
  );
}

/** What answered does not speak JSON: a proxy, a gateway, a captive portal. */
export const notImm = (host: string): Fault =>
  fault(
    'imm-unreachable',
    `What answered for ${host} is not IMM; a proxy or a sign-in page may stand before it.`,
  );
