import { textAnswer, type Answer } from '../wire/answer';
import type { Exchange } from '../wire/exchange';
import type { Refusal } from '../wire/refusal';

/** A JSON answer as STS and IMM give it. */
export function acsAnswer(
  exchange: Exchange,
  status: number,
  body: Readonly<Record<string, unknown>>,
): Answer {
  return textAnswer(
    status,
    'application/json;charset=utf-8',
    JSON.stringify({ RequestId: exchange.requestGuid, ...body }),
  );
}

/** A refusal as STS and IMM write it. */
export function acsRefusal(exchange: Exchange, refusal: Refusal): Answer {
  return acsAnswer(exchange, refusal.status, {
    HostId: exchange.host.replace(/:\d+$/, ''),
    Code: refusal.code,
    Message: refusal.message,
  });
}

/** Headers of every answer of STS and IMM. */
export function acsHeaders(exchange: Exchange): Record<string, string> {
  return { Date: new Date(exchange.nowMs).toUTCString(), 'x-acs-request-id': exchange.requestGuid };
}

/** The action a call names, in its header or as a parameter of the older RPC form. */
export function acsActionOf(exchange: Exchange): string | null {
  return exchange.headers.get('x-acs-action') ?? exchange.query.get('Action');
}
