import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { randomHex } from '../random-hex';
import { percentDecode } from './percent-encoding';
import { Query } from './query';

/** One request and the place where its answer goes. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** 24 upper-case hex digits, as OSS gives them. */
  readonly requestId: string;
  /** The same in the form of STS and IMM, a GUID. */
  readonly requestGuid: string;
  /** Real time of arrival, untouched by clock-offset, in milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly method: string;
  /** The path as it came, still encoded: dots and double slashes are part of object names. */
  readonly rawPath: string;
  /** The decoded path, or null where it is not percent-encoded UTF-8. */
  readonly path: string | null;
  readonly query: Query;
  /** Lower-case names; values decoded as UTF-8, which Node hands over as latin1. */
  readonly headers: ReadonlyMap<string, string>;
  readonly host: string;
  /** What the service's clocks show for this request; set once its faults are known. */
  nowMs: number;
  /** Body bytes received so far. */
  receivedBytes: number;
}

function decodedHeaders(request: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined) continue;
    const text = Array.isArray(value) ? value.join(', ') : value;
    headers.set(name, isAscii(text) ? text : Buffer.from(text, 'latin1').toString('utf8'));
  }
  return headers;
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

/** Takes a request apart without judging it. */
export function openExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const target = request.url ?? '/';
  const at = target.indexOf('?');
  const rawPath = at < 0 ? target : target.slice(0, at);
  const now = Date.now();
  const id = randomHex(16);
  return {
    request,
    response,
    socket: request.socket,
    requestId: id.slice(0, 24),
    requestGuid: id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    receivedAt: now,
    method: request.method ?? 'GET',
    rawPath,
    path: percentDecode(rawPath),
    query: new Query(at < 0 ? '' : target.slice(at + 1)),
    headers: decodedHeaders(request),
    host: request.headers.host ?? '',
    nowMs: now,
    receivedBytes: 0,
  };
}
