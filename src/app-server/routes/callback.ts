import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PublicKeys } from '../callback/public-keys';
import { isFromOss } from '../callback/verify-callback';
import { sendProblem } from '../http/send-problem';
import type { Metrics } from '../metrics';
import { problem } from '../problem';
import { noteUpload } from './note-upload';

/**
 * `POST /callback`: OSS tells of an object that was uploaded. It is open, and takes only what OSS has signed: 200
 * `{"Status":"OK"}`, else 403. The uploader gets this answer from OSS.
 */
export function addCallback(
  app: FastifyInstance,
  keys: PublicKeys,
  metrics: Pick<Metrics, 'countUpload'>,
): void {
  void app.register((scope, _options, done) => {
    // The signature covers the bytes as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, next) => {
      next(null, body);
    });
    scope.post('/callback', async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const isOss = await isFromOss(
        {
          url: request.url,
          authorization: request.headers.authorization,
          publicKeyUrl: headerText(request, 'x-oss-pub-key-url'),
          body,
        },
        keys,
      );
      if (!isOss) return sendProblem(reply, problem('Forbidden', 'This callback is not signed by OSS.'));
      const fields = callbackFields(body.toString('utf8'), request.headers['content-type']);
      if (fields === null)
        return sendProblem(reply, problem('InvalidArgument', 'The body is neither a form nor JSON.'));
      noteUpload(request, metrics, 'callback', fields.get('size') ?? null);
      return reply.header('cache-control', 'no-store').send({ Status: 'OK' });
    });
    done();
  });
}

/** The fields of a callback's body by its content type, JSON or form; null where it is not what it says. */
export function callbackFields(
  body: string,
  contentType: string | undefined,
): ReadonlyMap<string, string> | null {
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/json')
    return new Map(new URLSearchParams(body));
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
    return new Map(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
  } catch {
    return null;
  }
}

function headerText(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
