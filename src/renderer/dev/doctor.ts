import type { Check, DoctorRun } from '../../shared/doctor';
import { fault } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import { objectRights } from '../../shared/ram-statement';

const place = { bucket: 'team-media', prefix: 'ingest/2026/' };
const good = { ok: true, optional: false } as const;

const CHECKS: readonly Check[] = [
  {
    ...good,
    id: 'dns',
    hint: { code: 'resolved', values: { host: 'oss-cn-hangzhou.aliyuncs.com', count: 2 } },
  },
  {
    ...good,
    id: 'tls',
    hint: { code: 'trusted', values: { protocol: 'TLSv1.3', at: Date.UTC(2027, 2, 4) } },
  },
  { ...good, id: 'clock', hint: { code: 'clock-close', values: { seconds: 2 } } },
  { ...good, id: 'put', hint: { code: 'stored', values: { bytes: 79 } } },
  {
    id: 'list-parts',
    ok: false,
    optional: true,
    fault: fault('no-permission', 'OSS refused ListParts: oss:ListParts is not allowed (AccessDenied).'),
    hint: { code: 'no-list-parts', values: {} },
    rights: [...objectRights(place, ['oss:ListParts'])],
  },
];

/** A run that is over, for looking at. */
export function trialRun(destinationId: DestinationId): DoctorRun {
  return {
    runId: 1,
    destinationId,
    planned: CHECKS.map(({ id }) => id),
    checks: [...CHECKS],
    isRunning: false,
  };
}
