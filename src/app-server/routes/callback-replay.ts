import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../http/create-http-server';
import { sendProblem } from '../http/send-problem';
import type { Metrics } from '../metrics';
import { OssUnreachable, sendToOss, type OssAnswer } from '../oss/send';
import { signUrl } from '../oss/sign-url';
import { signingTime } from '../oss/signing-time';
import { problem, refuse, type Answer } from '../problem';
import type { Settings } from '../settings';
import type { TokenCache } from '../tokens/token-cache';
import { asksAnew } from './get-sts-token';
import { noteUpload } from './note-upload';

const noticeSchema = z.strictObject({
  bucket: z.string().max(63),
  key: z.string().min(1).max(1023),
  size: z.int().min(0),
  crc64: z.string().regex(/^\d{1,20}$/),
  /** May be empty: OSS does not tell it in every answer. */
  etag: z.string().max(200),
});
type Notice = z.output<typeof noticeSchema>;

/**
 * `POST /notice`: a client tells of an object of which OSS could not tell us (203 CallbackFailed). It is believed
 * nothing: the object is looked at with the caller's own temporary credentials, and only where size, CRC-64 and ETag are
 * the ones of the notice it is taken as a callback of OSS is: 200 `{"Status":"OK"}`. 404 where there is no such object,
 * 409 where it is another one, 502 OssError where OSS does not let us look.
 */
export function addNotice(
  app: FastifyInstance,
  settings: Settings,
  tokens: TokenCache,
  metrics: Pick<Metrics, 'countUpload'>,
): void {
  app.post('/notice', async (request, reply) => {
    const caller = callerOf(request);
    const read = readNotice(request.body, settings, caller.prefix);
    if (!read.ok) return sendProblem(reply, read.problem);
    const answer = await tokens.tokenFor(caller, { anew: asksAnew(request.headers['cache-control']) });
    if (!answer.ok) return sendProblem(reply, answer.problem);
    const time = signingTime(answer.value, settings.signedSeconds);
    const { key } = read.value;
    const url = signUrl(settings, answer.value.token, time, { method: 'HEAD', key, query: {}, headers: {} });
    const judged = await judge(url, read.value);
    if (!judged.ok) return sendProblem(reply, judged.problem);
    noteUpload(request, metrics, 'notice', String(read.value.size));
    return reply.header('cache-control', 'no-store').send({ Status: 'OK' });
  });
}

function readNotice(body: unknown, { bucket }: Settings, prefix: string): Answer<Notice> {
  const read = noticeSchema.safeParse(body);
  if (!read.success) {
    const field = String(read.error.issues[0]?.path[0] ?? '');
    const words =
      field === ''
        ? 'The notice must be a JSON object with bucket, key, size, crc64 and etag.'
        : `The field ${field} of the notice is wrong or missing.`;
    return refuse(problem('InvalidArgument', words));
  }
  if (read.data.bucket !== bucket)
    return refuse(
      problem('InvalidArgument', 'The notice is about another bucket than the one of this server.'),
    );
  const isInside = read.data.key.startsWith(prefix) && read.data.key.length > prefix.length;
  if (isInside) return { ok: true, value: read.data };
  return refuse(problem('KeyNotAllowed', 'The key is not below the prefix that you may upload to.'));
}

async function judge(url: string, notice: Notice): Promise<Answer<null>> {
  let answer: OssAnswer;
  try {
    answer = await sendToOss('HEAD', url);
  } catch (error) {
    if (!(error instanceof OssUnreachable)) throw error;
    return refuse(problem('OssError', `OSS cannot be reached: ${error.message}.`));
  }
  if (answer.status === 404) return refuse(problem('NotFound', 'There is no such object in the bucket.'));
  if (answer.status !== 200) {
    const words = `OSS does not let this server look at the object (${answer.status}); its role needs oss:GetObject.`;
    return refuse(problem('OssError', words));
  }
  if (isSame(answer.headers, notice)) return { ok: true, value: null };
  return refuse(
    problem('ObjectDiffers', 'The object in the bucket is another one than the notice tells of.'),
  );
}

function isSame(headers: OssAnswer['headers'], { size, crc64, etag }: Notice): boolean {
  const theirs = (headers['etag'] ?? '').replace(/^"|"$/g, '');
  return (
    headers['content-length'] === String(size) &&
    headers['x-oss-hash-crc64ecma'] === crc64 &&
    (etag === '' || theirs === etag)
  );
}
