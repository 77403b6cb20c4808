import type { FastifyInstance } from 'fastify';

/** `GET /health`: this process answers. STS is not asked: its troubles are no reason to restart this server. */
export function addHealth(app: FastifyInstance): void {
  // Load balancers ask by HEAD.
  app.get('/health', { exposeHeadRoute: true }, (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  );
}
