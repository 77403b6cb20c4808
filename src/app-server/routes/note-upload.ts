import type { FastifyRequest } from 'fastify';
import type { Metrics } from '../metrics';

/** An upload of which the server has come to know for certain: told by OSS, or by a client whose object it looked at. */
export function noteUpload(
  request: Pick<FastifyRequest, 'log'>,
  metrics: Pick<Metrics, 'countUpload'>,
  by: 'callback' | 'notice',
  size: string | null,
): void {
  // The size alone: a key can tell what is nobody's business.
  request.log.info({ size, by }, 'uploaded');
  metrics.countUpload(by);
}
