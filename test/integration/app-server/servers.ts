import http from 'node:http';
import { createHash } from 'node:crypto';
import type { Environment } from '../../../src/app-server/settings';
import { agent, type TestCloud } from '../sandbox/cloud';

/** The environment of an application server for the role of a sandbox. */
export function environmentFor({ sandbox }: TestCloud, changes: Environment = {}): Environment {
  return {
    ALIBABA_CLOUD_ACCESS_KEY_ID: sandbox.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: sandbox.accessKeySecret,
    ROLE_ARN: sandbox.roleArn,
    ROLE_SESSION_NAME: 'role_session_test',
    OSS_BUCKET: sandbox.bucket,
    OSS_REGION: sandbox.region,
    OSS_PREFIX: 'uploads/',
    OSS_ENDPOINT: sandbox.oss,
    STS_ENDPOINT: sandbox.sts,
    IMM_PROJECT: sandbox.immProject,
    IMM_ENDPOINT: sandbox.imm,
    ...changes,
  };
}

export const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');

export interface Sent {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Sends exactly these headers to a URL below `.localhost`, as a client without any SDK would. */
export function send(
  { method, url, headers }: { method: string; url: string; headers: Readonly<Record<string, string>> },
  body: Buffer | string = '',
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const request = http.request(
      {
        method,
        hostname,
        port,
        path: url.slice(new URL(url).origin.length),
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        agent,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}

export const codeOf = ({ body }: Sent): string => /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? '';
