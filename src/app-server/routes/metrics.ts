import type { FastifyInstance } from 'fastify';
import { bearerToken, localPrincipal, isTokenOf } from '../http/principals';
import { sendProblem } from '../http/send-problem';
import type { Metrics } from '../metrics';
import { problem, refuse, type Answer } from '../problem';
import type { Settings } from '../settings';

/**
 * `GET /metrics` for Prometheus. With METRICS_TOKEN_SHA256 it wants that bearer token. Without, it is only for this
 * machine and only where uploading needs no token either: users are not the ones to read it.
 */
export function addMetrics(app: FastifyInstance, settings: Settings, metrics: Metrics): void {
  app.get('/metrics', async (request, reply) => {
    const allowed = mayRead(request.headers, settings);
    if (!allowed.ok) return sendProblem(reply, allowed.problem);
    return reply
      .header('cache-control', 'no-store')
      .header('content-type', metrics.contentType)
      .send(await metrics.text());
  });
}

function mayRead(headers: Parameters<typeof bearerToken>[0], settings: Settings): Answer<unknown> {
  const { metricsTokenHash: hash, staticTokens, jwt } = settings;
  if (hash !== null) {
    const token = bearerToken(headers);
    if (token !== null && isTokenOf(hash, token)) return { ok: true, value: null };
    return refuse(problem('Unauthorized', 'Send the bearer token for metrics in the Authorization header.'));
  }
  if (staticTokens.length === 0 && jwt === null) return localPrincipal(headers, '');
  return refuse(problem('Forbidden', 'Set METRICS_TOKEN_SHA256 to read the metrics of this server.'));
}
