import { after } from '../../host/time/after';
import { openDetectorClient, type DetectorClient } from '../../host/detector/detector-process-client';
import { forkService } from './service-process';

/** The networks hold some hundred megabytes: they are given back once nobody has looked at a picture for so long. */
const IDLE_MS = 60_000;

/** The detector in a process of its own, which stands only while it is used. */
export function openDetector(): DetectorClient {
  return openDetectorClient({
    fork: () => forkService('faces/detector-process.js', 'OSS Ferry Pictures'),
    after,
    idleMs: IDLE_MS,
  });
}
