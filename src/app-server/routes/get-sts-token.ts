import type { FastifyInstance, FastifyReply } from 'fastify';
import { callerOf } from '../http/create-http-server';
import { sendProblem } from '../http/send-problem';
import type { TokenCache } from '../tokens/token-cache';

/** `GET /get_sts_token`, as Alibaba's documents have it: the four fields of AssumeRole's credentials and no more. */
export function addGetStsToken(app: FastifyInstance, tokens: TokenCache): void {
  app.get('/get_sts_token', async (request, reply) => {
    const anew = asksAnew(request.headers['cache-control']);
    const answer = await tokens.tokenFor(callerOf(request), { anew });
    if (!answer.ok) return sendProblem(reply, answer.problem);
    return sendDated(reply, answer.value.stsTimeMs).send(answer.value.token);
  });
}

/**
 * Heads an answer that holds a time of expiry. Clients learn the server's time from Date and judge expiry by it: both
 * must come from one clock, STS's.
 */
export function sendDated(reply: FastifyReply, stsTimeMs: number): FastifyReply {
  return reply.header('date', new Date(stsTimeMs).toUTCString()).header('cache-control', 'no-store');
}

/** True where the client says `no-cache`: the token it has was refused. */
export function asksAnew(cacheControl: string | undefined): boolean {
  return (cacheControl ?? '').split(',').some((directive) => directive.trim().toLowerCase() === 'no-cache');
}
