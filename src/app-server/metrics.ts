import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { TokenIssuer } from './sts/token-issuer';

/** What the server counts of itself. No label holds anything that a client chose, so their number is bounded. */
export interface Metrics {
  readonly contentType: string;
  /** In Prometheus' text format. */
  text(): Promise<string>;
  /** Counts and times every request from now on. */
  watchRequests(app: FastifyInstance): void;
  /** An upload became known: by OSS's callback, or by a client's notice that was verified. */
  countUpload(by: 'callback' | 'notice'): void;
  /** Counts what STS is asked and how it ends. */
  watchIssuer(issuer: TokenIssuer): TokenIssuer;
}

const REQUEST_BUCKETS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10];

/** One registry for each server. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'app_server_requests_total',
    help: 'Requests by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'app_server_request_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['route'],
    buckets: REQUEST_BUCKETS_SECONDS,
    registers,
  });
  const sts = new Counter({
    name: 'app_server_sts_requests_total',
    help: 'AssumeRole requests by outcome: ok, or the code of the error.',
    labelNames: ['outcome'],
    registers,
  });
  const uploads = new Counter({
    name: 'app_server_uploads_total',
    help: 'Uploads that became known: by a callback of OSS, or by a notice of a client that was verified.',
    labelNames: ['by'],
    registers,
  });
  return {
    countUpload: (by) => uploads.inc({ by }),
    contentType: registry.contentType,
    text: () => registry.metrics(),
    watchRequests: (app) => {
      app.addHook('onResponse', (request, reply, done) => {
        const route = request.routeOptions.url ?? 'none';
        const method = request.routeOptions.url === undefined ? 'any' : request.method;
        requests.inc({ route, method, status: reply.statusCode });
        seconds.observe({ route }, reply.elapsedTime / 1000);
        done();
      });
    },
    watchIssuer: (issuer) => ({
      async issue(prefix) {
        const answer = await issuer.issue(prefix);
        sts.inc({ outcome: answer.ok ? 'ok' : answer.problem.code });
        return answer;
      },
    }),
  };
}
