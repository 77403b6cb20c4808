/** Whether large files can be uploaded, how fast, and whether what is left of them can be taken away. */
import { performance } from 'node:perf_hooks';
import type { UploadedPart } from '../../engine/ports';
import { fault, type Outcome } from '../../shared/faults';
import { rightsOf } from './access-checks';
import { noise, PROBE_TEXT } from './probe-bodies';
import {
  bad,
  good,
  hint,
  holdsKeys,
  isLost,
  takesForms,
  untried,
  type Finding,
  type Step,
  type Visit,
} from './visit';

const MIB = 1024 * 1024;
/** With the first part of 1 MiB at most 16 MiB are sent. */
const MEASURED_PARTS = [1, 2, 4, 8].map((mib) => mib * MIB);
const MEASURE_MS = 3_000;

async function begins(visit: Visit): Promise<Finding> {
  const answer = await visit.cloud.initiate(16 * MIB);
  if (!answer.ok) {
    visit.isInitiateLost = isLost(answer.fault);
    return bad(answer.fault, rightsOf(visit, answer.fault));
  }
  visit.upload = { uploadId: answer.value.uploadId, parts: [], firstPartMs: 0 };
  return good();
}

/** Sends the next part of the probe's upload, and holds its CRC-64 against the answer. */
async function sendPart({ cloud, upload }: Visit, sizeBytes: number): Promise<Outcome<number>> {
  if (upload === null) return { ok: false, fault: fault('internal', 'There is no upload.') };
  const partNumber = upload.parts.length + 1;
  const body = noise(sizeBytes);
  const beganAt = performance.now();
  const answer = await cloud.uploadPart(upload.uploadId, partNumber, body);
  const tookMs = performance.now() - beganAt;
  if (!answer.ok) return answer;
  const crc64 = await body.crc64();
  if (answer.value.crc64 !== crc64) {
    const sentence = 'The CRC-64 in the answer to UploadPart is not that of the bytes that were sent.';
    return { ok: false, fault: fault('crc-mismatch', sentence) };
  }
  upload.parts.push({ partNumber, sizeBytes, etag: answer.value.etag, crc64 });
  return { ok: true, value: tookMs };
}

async function sendsPart(visit: Visit): Promise<Finding> {
  const sent = await sendPart(visit, MIB);
  if (!sent.ok) return bad(sent.fault, rightsOf(visit, sent.fault));
  if (visit.upload !== null) visit.upload.firstPartMs = sent.value;
  return good();
}

/** One connection for three seconds, or 15 MiB; a line that took as long for the first part is measured by that. */
async function measures(visit: Visit): Promise<Finding> {
  let tookMs = 0;
  let bytes = 0;
  const firstPartMs = visit.upload?.firstPartMs ?? 0;
  for (const sizeBytes of firstPartMs >= MEASURE_MS ? [] : MEASURED_PARTS) {
    const sent = await sendPart(visit, sizeBytes);
    if (!sent.ok) return bad(sent.fault);
    tookMs += sent.value;
    bytes += sizeBytes;
    if (tookMs >= MEASURE_MS) break;
  }
  if (bytes === 0) [tookMs, bytes] = [firstPartMs, MIB];
  return good('speed', { speed: Math.round((bytes * 1000) / Math.max(tookMs, 1)), bytes });
}

async function listsParts(visit: Visit): Promise<Finding> {
  if (visit.upload === null) return untried('nothing-left');
  const { uploadId, parts } = visit.upload;
  const answer = await visit.cloud.listParts(uploadId);
  if (!answer.ok) {
    const missing = rightsOf(visit, answer.fault, 'oss:ListParts');
    return bad(answer.fault, { ...missing, hint: hint('no-list-parts') });
  }
  const isWhole =
    answer.value.map(({ sizeBytes }) => sizeBytes).join() === parts.map(({ sizeBytes }) => sizeBytes).join();
  if (isWhole) return good();
  return bad(fault('bad-answer', 'ListParts does not tell of the parts that were just stored.'), {
    hint: hint('no-list-parts'),
  });
}

/**
 * Takes the upload away (P4). Where that is not allowed it is completed and the small probe put over it: that needs no
 * other right than uploading, and no parts are left to be paid for.
 */
async function aborts(visit: Visit): Promise<Finding> {
  if (visit.upload === null) return visit.isInitiateLost ? seeks(visit) : untried('nothing-left');
  const { uploadId, parts } = visit.upload;
  const answer = await visit.cloud.abort(uploadId);
  if (answer.ok) {
    visit.upload = null;
    return good();
  }
  const missing = rightsOf(visit, answer.fault, 'oss:AbortMultipartUpload');
  const isGone = await absorb(visit, uploadId, parts);
  if (isGone) visit.upload = null;
  const code = isGone ? 'no-abort' : 'upload-left';
  return bad(answer.fault, { ...missing, hint: hint(code, isGone ? {} : { key: visit.key }) });
}

/** Of an upload whose UploadId was lost: there can be one of this key, and it is ours. */
async function seeks({ cloud, key }: Visit): Promise<Finding> {
  const listed = await cloud.listUploads();
  if (!listed.ok) return bad(listed.fault, { hint: hint('upload-left', { key }) });
  for (const { uploadId } of listed.value) {
    const answer = await cloud.abort(uploadId);
    if (!answer.ok) return bad(answer.fault, { hint: hint('upload-left', { key }) });
  }
  return listed.value.length === 0 ? untried('nothing-left') : good();
}

async function absorb(
  { cloud }: Visit,
  uploadId: Parameters<typeof cloud.complete>[0],
  parts: readonly UploadedPart[],
): Promise<boolean> {
  // OSS completes no upload without parts.
  if (parts.length === 0) return false;
  const completed = await cloud.complete(uploadId, parts);
  if (completed.ok) await cloud.put(PROBE_TEXT, { forbidOverwrite: false });
  return completed.ok;
}

/** Deleting is no right that uploads need, nor one that we ask for: where it is refused, it is said what stays. */
async function deletes(visit: Visit): Promise<Finding> {
  if (!visit.isStored) return untried('nothing-left');
  if (!holdsKeys(visit.profile)) return untried('probe-left', { key: visit.key });
  const answer = await visit.cloud.delete();
  if (!answer.ok) return bad(answer.fault, { hint: hint('probe-left', { key: visit.key }) });
  visit.isStored = false;
  return good();
}

const isMultipart = (profile: Visit['profile']): boolean => !takesForms(profile);

export const MULTIPART_CHECKS: readonly Step[] = [
  { id: 'initiate', needs: ['put'], hasWay: isMultipart, run: begins },
  { id: 'upload-part', needs: ['initiate'], hasWay: isMultipart, run: sendsPart },
  { id: 'throughput', optional: true, needs: ['upload-part'], hasWay: isMultipart, run: measures },
  { id: 'list-parts', optional: true, needs: ['upload-part'], hasWay: isMultipart, run: listsParts },
];

/** Made at the end, also of a run that was stopped. */
export const TIDYING: readonly Step[] = [
  { id: 'abort', optional: true, needs: ['initiate'], hasWay: isMultipart, run: aborts },
  { id: 'delete', optional: true, needs: [], run: deletes },
];
