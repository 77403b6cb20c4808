import { problem, refuse, type Answer } from '../problem';
import type { Settings } from '../settings';
import type { StsToken } from '../sts/token-issuer';
import { completionBody, readPartPage, type ListedPart } from './part-list';
import { OssUnreachable, sendToOss, type OssAnswer } from './send';
import { signUrl, type SigningTime } from './sign-url';

/** What OSS said, for the client to read as if it had asked itself. */
export interface CompleteResult {
  /** Which of the two requests it answers: where ListParts is refused, Complete is not sent. */
  readonly operation: 'ListParts' | 'CompleteMultipartUpload';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface CompleteRequest {
  readonly key: string;
  readonly uploadId: string;
  readonly headers: Readonly<Record<string, string>>;
}

const PASSED_ON = /^(x-oss-.*|etag|content-type|date)$/;
/** OSS: 10,000 parts, 1,000 a page; one more page than that is a listing without end. */
const MAX_PAGES = 11;
/** More than any error or result of OSS has; a callback's answer may be longer. */
const MAX_PASSED_BODY = 64 * 1024;

/**
 * Completes an upload of the parts that OSS itself lists. The result is OSS's own, refusals too. 400 where there is no
 * part; 502 OssError where OSS cannot be reached or read: the upload may then be complete all the same.
 */
export async function completeUpload(
  settings: Settings,
  token: StsToken,
  time: SigningTime,
  request: CompleteRequest,
): Promise<Answer<CompleteResult>> {
  try {
    const listed = await listParts(settings, token, time, request);
    if (!listed.ok) return listed;
    if ('refused' in listed.value) return { ok: true, value: resultOf('ListParts', listed.value.refused) };
    const headers = { ...request.headers, 'content-type': 'application/xml' };
    const { key, uploadId } = request;
    const url = signUrl(settings, token, time, { method: 'POST', key, query: { uploadId }, headers });
    const answer = await sendToOss('POST', url, headers, completionBody(listed.value.parts));
    return { ok: true, value: resultOf('CompleteMultipartUpload', answer) };
  } catch (error) {
    if (error instanceof OssUnreachable)
      return refuse(problem('OssError', `OSS cannot be reached: ${error.message}.`));
    throw error;
  }
}

type Listing = { readonly parts: readonly ListedPart[] } | { readonly refused: OssAnswer };

async function listParts(
  settings: Settings,
  token: StsToken,
  time: SigningTime,
  { key, uploadId }: CompleteRequest,
): Promise<Answer<Listing>> {
  const parts: ListedPart[] = [];
  let marker = '0';
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = { uploadId, 'max-parts': '1000', 'part-number-marker': marker };
    const answer = await sendToOss(
      'GET',
      signUrl(settings, token, time, { method: 'GET', key, query, headers: {} }),
    );
    if (answer.status !== 200) return { ok: true, value: { refused: answer } };
    const read = readPartPage(answer.body);
    if (read === null) break;
    parts.push(...read.parts);
    if (read.nextMarker === null) return wholeList(parts);
    marker = read.nextMarker;
  }
  return refuse(problem('OssError', 'OSS gave a list of parts that cannot be read.'));
}

function wholeList(parts: readonly ListedPart[]): Answer<Listing> {
  if (parts.length === 0) return refuse(problem('InvalidArgument', 'This upload has no parts yet.'));
  return { ok: true, value: { parts } };
}

function resultOf(
  operation: CompleteResult['operation'],
  { status, headers, body }: OssAnswer,
): CompleteResult {
  const passed = Object.entries(headers).filter(([name]) => PASSED_ON.test(name));
  return { operation, status, headers: Object.fromEntries(passed), body: body.slice(0, MAX_PASSED_BODY) };
}
