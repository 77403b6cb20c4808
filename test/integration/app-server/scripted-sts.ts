import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one AssumeRole in any way a test likes. */
export type StsScript = (request: StsRequest, response: ServerResponse) => void;

interface StsRequest {
  readonly action: string | undefined;
  readonly authorization: string;
  readonly securityToken: string | undefined;
  readonly query: Readonly<Record<string, string>>;
}

/** An STS that checks nothing and says what it is told to: for the answers that a real one gives only on bad days. */
export interface ScriptedSts {
  readonly url: string;
  readonly requests: readonly StsRequest[];
  /** How it answers from now on. */
  play(script: StsScript): void;
  /** Resolves when `count` requests in all have come. */
  asked(count: number): Promise<void>;
  close(): Promise<void>;
}

export const REQUEST_ID = '63661E75-3A41-5FBF-B023-867DA6A6AA81';

/** Credentials number `n`, issued at `now` by this STS's own clock, alive for `seconds`. */
export function credentials(n: number, now = '2026-01-01T00:00:00Z', seconds = 3600): StsScript {
  return (_request, response) => {
    const issuedAt = Date.parse(now);
    const expiration = new Date(issuedAt + seconds * 1000).toISOString().replace('.000Z', 'Z');
    response.setHeader('Date', new Date(issuedAt).toUTCString());
    json(response, 200, {
      RequestId: REQUEST_ID,
      AssumedRoleUser: { Arn: 'acs:ram::1:assumed-role/x/y', AssumedRoleId: '1:y' },
      Credentials: {
        AccessKeyId: `STS.${n}`,
        AccessKeySecret: 'secret-of-the-session',
        SecurityToken: 'token-of-the-session',
        Expiration: expiration,
      },
    });
  };
}

/** A refusal in STS's own form. */
export function refusal(status: number, code: string, headers: Record<string, string> = {}): StsScript {
  return (_request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const message = 'server string to sign is: the-policy-of-the-request';
    json(response, status, { RequestId: REQUEST_ID, HostId: 'sts', Code: code, Message: message });
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function requestOf(message: IncomingMessage): StsRequest {
  const url = new URL(message.url ?? '/', 'http://sts');
  const header = (name: string) => message.headers[name]?.toString();
  return {
    action: header('x-acs-action'),
    authorization: header('authorization') ?? '',
    securityToken: header('x-acs-security-token'),
    query: Object.fromEntries(url.searchParams),
  };
}

export async function startScriptedSts(): Promise<ScriptedSts> {
  const requests: StsRequest[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let script: StsScript = credentials(1);
  const server = createServer((message, response) => {
    const request = requestOf(message);
    requests.push(request);
    script(request, response);
    for (const { count, resolve } of waiting) if (requests.length >= count) resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    play(next) {
      script = next;
    },
    asked: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
