import type { FastifyInstance } from 'fastify';
import { callbackParameter } from '../callback/callback-parameter';
import { callerOf } from '../http/create-http-server';
import { sendProblem } from '../http/send-problem';
import { completeUpload } from '../oss/complete-upload';
import { signUrl, type SigningTime, type UrlToSign } from '../oss/sign-url';
import { endOf, isoSeconds, signingTime } from '../oss/signing-time';
import type { Settings } from '../settings';
import type { StsToken } from '../sts/token-issuer';
import type { TokenCache } from '../tokens/token-cache';
import { readUploadRequest, type UploadRequest } from '../upload-request';
import { asksAnew, sendDated } from './get-sts-token';

interface SignedRequest {
  readonly method: string;
  readonly url: string;
  /** Exactly these must be sent: the signature covers them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly partNumber?: number;
}

/** OSS: as many parts as one page of ListParts can have. */
const PARTS_A_PAGE = '1000';

/**
 * `POST /sign_upload_url`: URLs for clients that hold no credentials. All but Complete is signed; Complete is sent from
 * here, because a signature does not cover a body and would leave the order of the parts to the client.
 */
export function addSignUploadUrl(app: FastifyInstance, settings: Settings, tokens: TokenCache): void {
  app.post('/sign_upload_url', async (request, reply) => {
    const caller = callerOf(request);
    const read = readUploadRequest(request.body, caller.prefix);
    if (!read.ok) return sendProblem(reply, read.problem);
    const answer = await tokens.tokenFor(caller, { anew: asksAnew(request.headers['cache-control']) });
    if (!answer.ok) return sendProblem(reply, answer.problem);
    const { token, stsTimeMs } = answer.value;
    const time = signingTime(answer.value, settings.signedSeconds);
    const upload = withCallback(read.value, settings);
    if (upload.operation !== 'CompleteMultipartUpload')
      return sendDated(reply, stsTimeMs).send({
        expiration: isoSeconds(endOf(time)),
        requests: sign(settings, token, time, upload),
      });
    const completed = await completeUpload(settings, token, time, upload);
    if (!completed.ok) return sendProblem(reply, completed.problem);
    return sendDated(reply, stsTimeMs).send({ result: completed.value });
  });
}

/** Where OSS is to tell of an upload is the server's to say, never the client's. */
function withCallback(upload: UploadRequest, { callback }: Settings): UploadRequest {
  const ends = upload.operation === 'PutObject' || upload.operation === 'CompleteMultipartUpload';
  if (!ends || callback.url === null) return upload;
  return { ...upload, headers: { ...upload.headers, 'x-oss-callback': callbackParameter(callback.url) } };
}

type Signable = Exclude<UploadRequest, { operation: 'CompleteMultipartUpload' }>;

function sign(settings: Settings, token: StsToken, time: SigningTime, upload: Signable): SignedRequest[] {
  return urlsFor(upload).map(({ partNumber, ...request }) => ({
    method: request.method,
    url: signUrl(settings, token, time, request),
    headers: request.headers,
    ...(partNumber === undefined ? {} : { partNumber }),
  }));
}

function urlsFor(upload: Signable): readonly (UrlToSign & { readonly partNumber?: number })[] {
  const { key } = upload;
  switch (upload.operation) {
    case 'PutObject':
      return [{ method: 'PUT', key, query: {}, headers: upload.headers }];
    case 'InitiateMultipartUpload':
      return [{ method: 'POST', key, query: { uploads: null }, headers: upload.headers }];
    case 'UploadPart':
      return upload.partNumbers.map((partNumber) => ({
        method: 'PUT',
        key,
        query: { partNumber: String(partNumber), uploadId: upload.uploadId },
        headers: {},
        partNumber,
      }));
    case 'ListParts': {
      const { partNumberMarker: marker } = upload;
      const page = marker === undefined ? {} : { 'part-number-marker': String(marker) };
      const query = { uploadId: upload.uploadId, 'max-parts': PARTS_A_PAGE, ...page };
      return [{ method: 'GET', key, query, headers: {} }];
    }
    case 'AbortMultipartUpload':
      return [{ method: 'DELETE', key, query: { uploadId: upload.uploadId }, headers: {} }];
  }
}
