import type { IncomingHttpHeaders } from 'node:http';
import { fault, type Fault, type FaultCode } from '../../shared/faults';
import { FAULT_OF_OSS_CODE } from './error-codes';
import { parseXml, textOf, type XmlNode } from './xml';

/** What was asked for, in words that may stand in a log. */
export interface Asked {
  /** OSS's name of the call, as in its documents: PutObject. */
  readonly operation: string;
  /** What a policy must allow: oss:PutObject. */
  readonly action: string;
  readonly keyPrefix: string;
  readonly accessKeyId: string;
}

export interface RefusedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Refusal {
  readonly fault: Fault;
  /** The server's clock in milliseconds, when the error tells it (RequestTimeTooSkewed). */
  readonly serverTimeAt: number | null;
}

/** Said by an error document, in XML or JSON. */
interface Said {
  readonly code: string | null;
  readonly message: string;
  readonly ec: string | null;
  readonly requestId: string | null;
  readonly hostId: string | null;
  readonly serverTime: string | null;
  readonly endpoint: string | null;
}

const NOTHING_SAID: Said = {
  code: null,
  message: '',
  ec: null,
  requestId: null,
  hostId: null,
  serverTime: null,
  endpoint: null,
};

/** True when OSS itself answered: only it writes `x-oss-request-id`. A portal or proxy page has none. */
export function isAnswerOfOss(headers: IncomingHttpHeaders): boolean {
  return requestIdOf(headers) !== '';
}

export function requestIdOf(headers: IncomingHttpHeaders): string {
  return headerOf(headers, 'x-oss-request-id') ?? '';
}

/** One header as text; null when it is missing or empty. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text === '' ? null : text;
}

/** The fault of an answer that is not from OSS: a captive portal, a proxy, a gateway on the way. */
export function foreignAnswerFault(status: number, host: string): Fault {
  if (status === 407) return fault('proxy', 'The proxy asks for a user name and a password.');
  // A gateway that passed the request on and got nothing back: what became of it is not known.
  if (status === 502 || status === 504)
    return fault('connection-lost', `A gateway before ${host} got no answer (${status}).`);
  return fault('captive-portal', `What answered for ${host} is not OSS (${status}).`);
}

/** The fault that a refusal of OSS stands for. Never throws, whatever the body holds. */
export function refusalOf(answer: RefusedAnswer, asked: Asked, now: number): Refusal {
  const said = readError(answer, asked);
  const code = faultCodeOf(said, answer.status, asked.accessKeyId);
  const retryAfterMs = retryAfterOf(answer.headers, now);
  const requestId = said.requestId ?? requestIdOf(answer.headers);
  const ec = said.ec ?? headerOf(answer.headers, 'x-oss-ec');
  const serverTimeAt = said.serverTime === null ? Number.NaN : Date.parse(said.serverTime);
  return {
    fault: fault(code, sentenceOf(code, said, asked, answer.status), {
      ...(said.code === null ? {} : { ossCode: said.code }),
      ...(ec === null ? {} : { ec }),
      ...(requestId === '' ? {} : { requestId }),
      ...(said.hostId === null ? {} : { hostId: said.hostId }),
      ...(said.endpoint === null || !isHost(said.endpoint) ? {} : { endpoint: said.endpoint }),
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    }),
    serverTimeAt: Number.isNaN(serverTimeAt) ? null : serverTimeAt,
  };
}

/** Milliseconds to wait by Retry-After (seconds, or a date measured from `now`), at most a day; null: none. */
export function retryAfterOf(headers: IncomingHttpHeaders, now: number): number | null {
  const text = headerOf(headers, 'retry-after')?.trim() ?? '';
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), 86_400_000);
}

function faultCodeOf(said: Said, status: number, accessKeyId: string): FaultCode {
  const { code, message } = said;
  if (status === 203) return 'callback-failed';
  // EC may change and drives nothing but this: V1 that is switched off has no code of its own.
  if (said.ec === '0002-00000080') return 'signature-v1-off';
  if (said.endpoint !== null || /must be addressed using the specified endpoint/i.test(message))
    return 'wrong-endpoint';
  if (/signing region/i.test(message)) return 'wrong-endpoint';
  // A signed URL and the policy of a form expire, too, and have no code of their own for it.
  if (code === 'AccessDenied' && /(token|request|policy).{0,40}expired/i.test(message))
    return 'token-expired';
  if (code === 'InvalidAccessKeyId' && accessKeyId.startsWith('STS.')) return 'token-expired';
  const known = code === null ? undefined : FAULT_OF_OSS_CODE.get(code);
  if (known !== undefined) return known;
  if (status === 429) return 'throttled';
  if (status >= 500) return 'server-busy';
  return status >= 300 && status < 400 ? 'wrong-endpoint' : 'server-refused';
}

function sentenceOf(code: FaultCode, said: Said, asked: Asked, status: number): string {
  const name = said.code ?? `status ${status}`;
  if (code === 'no-permission') {
    const where = asked.keyPrefix === '' ? 'in this bucket' : `below "${asked.keyPrefix}"`;
    return `OSS refused ${asked.operation}: ${asked.action} is not allowed ${where} (${name}).`;
  }
  if (code === 'wrong-endpoint' && said.endpoint !== null)
    return `OSS refused ${asked.operation}: the bucket is at ${hostIn(said.endpoint)} (${name}).`;
  if (code === 'callback-failed') {
    const why = said.message === '' ? '' : `: ${plain(said.message)}`;
    return `OSS has stored the object, but could not tell your server of it (${name})${why}`.replace(
      /\.*$/,
      '.',
    );
  }
  // OSS's words help only where we have none of our own; SignatureDoesNotMatch quotes what was signed.
  const words = code === 'server-refused' && said.message !== '' ? `: ${plain(said.message)}` : '';
  return `OSS refused ${asked.operation} (${name})${words}`.replace(/\.*$/, '.');
}

const isHost = (text: string): boolean => /^[a-z0-9.-]{1,253}(:\d{1,5})?$/i.test(text);
const hostIn = (text: string): string => (isHost(text) ? text : 'another endpoint');

/** OSS's words on one line, without queries and without anything long enough to be a signature or a token. */
function plain(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/\?\S*/g, '')
    .replace(/[\w+/=%.-]{24,}/g, '…')
    .trim()
    .slice(0, 200);
}

function readError(answer: RefusedAnswer, asked: Asked): Said {
  // A HEAD has no body: the error document stands in a header.
  const inHeader = headerOf(answer.headers, 'x-oss-err');
  const text =
    inHeader === null ? answer.body.toString('utf8') : Buffer.from(inHeader, 'base64').toString('utf8');
  if (text === '' && asked.operation === 'HeadObject')
    return { ...NOTHING_SAID, code: silentCodeOf(answer.status) };
  const xml = parseXml(text, 'Error');
  if (xml !== null) return saidInXml(xml);
  return text.trimStart().startsWith('{') ? saidInJson(text) : saidInPieces(text);
}

/** OSS leaves some answers to a HEAD without a word; its own SDKs take a bare 404 for NoSuchKey. */
function silentCodeOf(status: number): string | null {
  if (status === 404) return 'NoSuchKey';
  return status === 403 ? 'AccessDenied' : null;
}

function saidInXml(xml: XmlNode): Said {
  return {
    code: textOf(xml, 'Code'),
    message: textOf(xml, 'Message') ?? '',
    ec: textOf(xml, 'EC'),
    requestId: textOf(xml, 'RequestId'),
    hostId: textOf(xml, 'HostId'),
    serverTime: textOf(xml, 'ServerTime'),
    endpoint: textOf(xml, 'Endpoint'),
  };
}

function saidInJson(text: string): Said {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null) return NOTHING_SAID;
    const entries = new Map<string, unknown>(Object.entries(json));
    const read = (name: string): string | null => {
      const value = entries.get(name);
      return typeof value === 'string' && value !== '' ? value : null;
    };
    return {
      ...NOTHING_SAID,
      code: read('Code'),
      message: read('Message') ?? '',
      ec: read('EC'),
      requestId: read('RequestId'),
      hostId: read('HostId'),
    };
  } catch {
    return NOTHING_SAID;
  }
}

/** A document that was cut off on the way (an early refusal) mostly still has its code at the beginning. */
function saidInPieces(text: string): Said {
  if (!text.includes('<Error>')) return NOTHING_SAID;
  return { ...NOTHING_SAID, code: /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? null };
}
