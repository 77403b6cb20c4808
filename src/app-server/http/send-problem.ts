import type { FastifyReply } from 'fastify';
import { problemBody, statusOf, type Problem } from '../problem';

/** Answers with the error JSON of the contract, its status and Retry-After. */
export function sendProblem(reply: FastifyReply, why: Problem): FastifyReply {
  reply.problem = why;
  if (why.retryAfterSeconds !== undefined) reply.header('retry-after', String(why.retryAfterSeconds));
  if (why.code === 'Unauthorized') reply.header('www-authenticate', 'Bearer');
  return reply.code(statusOf(why.code)).header('cache-control', 'no-store').send(problemBody(why));
}
