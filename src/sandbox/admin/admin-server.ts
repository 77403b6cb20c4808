import type { IncomingMessage, ServerResponse } from 'node:http';
import { StoppableServer } from '../cloud-server';
import type { CallbackKey } from '../callback/callback-key';
import type { FaultRules } from '../faults/fault-rules';
import { parseFaults, showRule } from '../faults/parse-faults';
import type { RequestLog } from '../request-log';
import type { BucketStore } from '../storage/bucket-store';
import type { MultipartUpload } from '../storage/records';
import { textAnswer, type Answer } from '../wire/answer';
import { readBody } from '../wire/body';
import type { CorsRules } from '../wire/cors';
import { openExchange, type Exchange } from '../wire/exchange';
import { ClientGone, Refusal } from '../wire/refusal';
import { sendAnswer } from '../wire/send-answer';
import { parseCors } from './parse-cors';

/** What the admin port looks into and turns. */
export interface AdminScope {
  readonly bucket: string;
  readonly store: BucketStore;
  readonly log: RequestLog;
  readonly faults: FaultRules;
  readonly callbackKey: CallbackKey;
  readonly cors: CorsRules;
  readonly onError: (error: unknown) => void;
}

/** Where the public key of callbacks is to be fetched, as on OSS's own gosspublic.alicdn.com. */
export const PUBLIC_KEY_PATH = '/callback_pub_key_v1.pem';

const JSON_LINES = 'application/x-ndjson; charset=utf-8';
const MAX_RULES_BYTES = 1 << 20;

/** The admin port: not part of any cloud, never logged, never touched by faults. */
export function createAdminServer(scope: AdminScope): StoppableServer {
  return new StoppableServer(async (request: IncomingMessage, response: ServerResponse) => {
    const exchange = openExchange(request, response);
    try {
      await sendAnswer(exchange, await answer(exchange, scope), null, () => undefined);
    } catch (error) {
      if (!(error instanceof ClientGone)) scope.onError(error);
      exchange.socket.destroy();
    }
  });
}

async function answer(exchange: Exchange, scope: AdminScope): Promise<Answer> {
  try {
    return await route(exchange, scope);
  } catch (error) {
    if (error instanceof Refusal) return sentence(error.status, error.message);
    throw error;
  }
}

async function route(exchange: Exchange, scope: AdminScope): Promise<Answer> {
  switch (`${exchange.method} ${exchange.rawPath}`) {
    case 'GET /objects':
      return textAnswer(200, JSON_LINES, objectLines(scope));
    case 'GET /uploads':
      return textAnswer(200, JSON_LINES, scope.store.uploads().map(uploadLine(scope.bucket)).join(''));
    case 'GET /requests':
      return { status: 200, headers: { 'Content-Type': JSON_LINES }, body: scope.log.read() };
    case 'GET /faults':
      return textAnswer(200, 'application/json', JSON.stringify(scope.faults.left().map(showRule)));
    case `GET ${PUBLIC_KEY_PATH}`:
      return textAnswer(200, 'application/x-pem-file', await scope.callbackKey.publicPem());
    case 'POST /faults':
      return replaceFaults((await readBody(exchange, MAX_RULES_BYTES)).toString('utf8'), scope.faults);
    case 'GET /cors':
      return textAnswer(200, 'application/json', JSON.stringify(scope.cors.all()));
    case 'PUT /cors':
      return replaceCors((await readBody(exchange, MAX_RULES_BYTES)).toString('utf8'), scope.cors);
    case 'POST /reset':
      scope.store.reset();
      scope.log.reset();
      scope.faults.replace([]);
      return { status: 204, headers: {}, body: null };
    default:
      return sentence(
        404,
        `The admin port answers GET /objects, /uploads, /requests, /faults, /cors and ${PUBLIC_KEY_PATH}, POST /faults and /reset, and PUT /cors.`,
      );
  }
}

function replaceFaults(text: string, faults: FaultRules): Answer {
  const parsed = parseFaults(text);
  if (parsed.kind === 'bad') return sentence(400, parsed.sentence);
  faults.replace(parsed.rules);
  return { status: 204, headers: {}, body: null };
}

function replaceCors(text: string, cors: CorsRules): Answer {
  const parsed = parseCors(text);
  if (parsed.kind === 'bad') return sentence(400, parsed.sentence);
  cors.replace(parsed.rules);
  return { status: 204, headers: {}, body: null };
}

function sentence(status: number, text: string): Answer {
  return textAnswer(status, 'text/plain; charset=utf-8', `${text}\n`);
}

function objectLines({ store, bucket }: AdminScope): string {
  const lines: string[] = [];
  for (const key of store.keys.all()) {
    const object = store.object(key);
    if (!object) continue;
    const { sizeBytes: size, crc64, etag } = object;
    lines.push(`${JSON.stringify({ bucket, key, size, crc64, etag, ...settingsOf(object.headers) })}\n`);
  }
  return lines.join('');
}

/** What was said of an object when it was made, as far as it was. */
function settingsOf(headers: Readonly<Record<string, string>>): Record<string, unknown> {
  const tagging = headers['x-oss-tagging'];
  const acl = headers['x-oss-object-acl'];
  const storageClass = headers['x-oss-storage-class'];
  const encryption = headers['x-oss-server-side-encryption'];
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-oss-meta-') ? [[name.slice('x-oss-meta-'.length), value]] : [],
  );
  return {
    ...(tagging === undefined ? {} : { tags: Object.fromEntries(new URLSearchParams(tagging)) }),
    ...(acl === undefined ? {} : { acl }),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(encryption === undefined ? {} : { encryption }),
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) as Record<string, string> }),
  };
}

const uploadLine =
  (bucket: string) =>
  ({ key, uploadId, initiatedAt, parts }: MultipartUpload): string => {
    const shown = [...parts.values()]
      .sort((left, right) => left.partNumber - right.partNumber)
      .map(({ partNumber, sizeBytes: size, crc64, etag }) => ({ partNumber, size, crc64, etag }));
    return `${JSON.stringify({ bucket, key, uploadId, initiatedAt: new Date(initiatedAt).toISOString(), parts: shown })}\n`;
  };
