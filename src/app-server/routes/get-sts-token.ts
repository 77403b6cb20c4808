import type { FastifyInstance } from 'fastify';
import { sendProblem } from '../http/send-problem';
import type { TokenCache } from '../tokens/token-cache';

/** `GET /get_sts_token`, as Alibaba's documents have it: the four fields of AssumeRole's credentials and no more. */
export function addGetStsToken(app: FastifyInstance, tokens: TokenCache): void {
  app.get('/get_sts_token', async (request, reply) => {
    const anew = asksAnew(request.headers['cache-control']);
    const answer = await tokens.tokenFor(request.caller, { anew });
    if (!answer.ok) return sendProblem(reply, answer.problem);
    const { token, stsTimeMs } = answer.value;
    // Clients learn the server's time from Date and judge Expiration by it: both must come from one clock, STS's.
    reply.header('date', new Date(stsTimeMs).toUTCString());
    return reply.header('cache-control', 'no-store').send(token);
  });
}

/** True where the client says `no-cache`: the token it has was refused. */
export function asksAnew(cacheControl: string | undefined): boolean {
  return (cacheControl ?? '').split(',').some((directive) => directive.trim().toLowerCase() === 'no-cache');
}
