import http from 'node:http';
import { createRequire } from 'node:module';
import type OSS from 'ali-oss';
import { agent } from './cloud';

/** A request as it goes over the wire, before a test has spoiled it. */
export interface RawRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: Buffer | string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** The code of an error in XML or JSON, on HEAD out of x-oss-err; null where there is none. */
  readonly code: string | null;
}

type CreateRequest = (
  this: OSS,
  params: object,
) => { url: string; params: { method: string; headers: Record<string, unknown> } };
const { createRequest } = createRequire(import.meta.url)('ali-oss/lib/common/utils/createRequest') as {
  createRequest: CreateRequest;
};

/** A request that ali-oss has signed and not sent. */
export function signedBy(
  client: OSS,
  method: string,
  key: string,
  extra: {
    subres?: object;
    headers?: Record<string, string>;
    body?: Buffer | string;
    additionalHeaders?: string[];
  } = {},
): RawRequest {
  const { bucket } = (client as unknown as { options: { bucket: string } }).options;
  const { url, params } = createRequest.call(client, {
    method,
    bucket,
    object: key,
    subres: extra.subres,
    headers: extra.headers ?? {},
    additionalHeaders: extra.additionalHeaders,
  });
  const headers = Object.fromEntries(
    Object.entries(params.headers).map(([name, value]) => [name, String(value)]),
  );
  return { url, method, headers, ...(extra.body === undefined ? {} : { body: extra.body }) };
}

/** Sends a request to loopback as it stands. */
export function send({ url, method, headers, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = Object.entries({ ...length, ...headers }).map(([name, value]) => [
      name,
      Buffer.from(value, 'utf8').toString('latin1'),
    ]);
    const options = {
      hostname,
      port,
      method,
      path: pathname + search,
      headers: Object.fromEntries(sent) as Record<string, string>,
      agent,
    };
    const request = http.request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const status = response.statusCode ?? 0;
        resolve({ status, headers: response.headers, text, code: codeOf(text, response.headers) });
      });
    });
    request.on('error', reject);
    // As bytes: Node writes a text body and the head as one string, and would encode the head twice.
    request.end(body === undefined ? undefined : Buffer.from(body));
  });
}

function codeOf(text: string, headers: http.IncomingHttpHeaders): string | null {
  const inHeader = headers['x-oss-err'];
  const source = typeof inHeader === 'string' ? Buffer.from(inHeader, 'base64').toString('utf8') : text;
  const [, xml, json] = /<Code>([^<]*)<\/Code>|"Code":"([^"]*)"/.exec(source) ?? [];
  return xml ?? json ?? null;
}
