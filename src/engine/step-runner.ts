/** One step of one item through the ports. Never throws: what goes wrong inside comes back as `internal`. */
import { assertNever } from '../shared/brand';
import { failure, fault, success, type Fault, type Outcome } from '../shared/faults';
import type { ObjectKey } from '../shared/ids';
import type { Answer, CancelSignal, RangeBody, RequestContext, StoredObject, StoredPart } from './ports';
import type { Ports } from './queue-ports';
import { changeBetween } from './source-change';
import type { Step, StepOutcome } from './steps';

export class Cancellation implements CancelSignal {
  canceled = false;
  readonly #listeners: (() => void)[] = [];

  onCancel(listener: () => void): void {
    if (this.canceled) listener();
    else this.#listeners.push(listener);
  }

  cancel(): void {
    if (this.canceled) return;
    this.canceled = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

type Done = StepOutcome & { readonly clockOffsetMs: number | null };
type Of<K extends Step['kind']> = Extract<Step, { kind: K }>;

export async function runStep(ports: Ports, context: RequestContext, step: Step): Promise<Done> {
  try {
    return await run(ports, context, step);
  } catch (error) {
    return failed(
      step,
      fault(
        'internal',
        `Something went wrong inside: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
  }
}

async function run(ports: Ports, context: RequestContext, step: Step): Promise<Done> {
  const { objects, files } = ports;
  switch (step.kind) {
    case 'look':
      return local({ step: 'look', result: await files.look(step.path) });
    case 'head':
      return answered('head', await objects.headObject(context, step.key));
    case 'compare': {
      const digest = await files.digest(step.source, 0, step.source.snapshot.sizeBytes);
      return local({ step: 'compare', result: digest.ok ? success(digest.value.crc64) : digest });
    }
    case 'put':
      return put(ports, context, step);
    case 'initiate':
      return answered('initiate', await objects.initiateMultipartUpload(context, step.key, step));
    case 'post':
      return post(ports, context, step);
    case 'part':
      return part(ports, context, step);
    case 'list-parts':
      return answered('list-parts', await objects.listParts(context, step.key, step.uploadId));
    case 'adopt':
      return local({
        step: 'adopt',
        result: await files.digest(step.source, step.range.offsetBytes, step.range.sizeBytes),
      });
    case 'complete':
      return complete(ports, context, step);
    case 'abort':
      return answered('abort', await objects.abortMultipartUpload(context, step.key, step.uploadId));
    case 'find-orphans':
      return answered('find-orphans', await abortOrphans(ports, context, step.key, step.sinceServer));
    default:
      return assertNever(step);
  }
}

const local = (outcome: StepOutcome): Done => ({ ...outcome, clockOffsetMs: null });

function answered<K extends 'head' | 'initiate' | 'list-parts' | 'abort' | 'find-orphans' | 'complete'>(
  step: K,
  answer: Extract<StepOutcome, { step: K }>['result'] & { readonly clockOffsetMs: number | null },
): Done {
  return { step, result: answer, clockOffsetMs: answer.clockOffsetMs } as Done;
}

/** The file is read whole and looked at again before the first byte leaves. */
async function put({ files, objects }: Ports, context: RequestContext, step: Of<'put'>): Promise<Done> {
  const body = await files.readWhole(step.source);
  if (!body.ok) return local({ step: 'put', result: { read: body, sent: body } });
  try {
    const sent = await objects.putObject(context, step.key, body.value, step);
    return {
      step: 'put',
      result: { read: success(body.value.crc64), sent },
      clockOffsetMs: sent.clockOffsetMs,
    };
  } finally {
    body.value.release();
  }
}

/** The body holds its end back until the file was looked at again, so the read counts also where the answer is lost. */
async function post({ files, objects }: Ports, context: RequestContext, step: Of<'post'>): Promise<Done> {
  const body = await files.openSealed(step.source);
  if (!body.ok) return local({ step: 'post', result: { read: body, sent: body } });
  return sendReading(body.value, 'post', () => objects.postObject(context, step.key, body.value, step));
}

async function part({ files, objects }: Ports, context: RequestContext, step: Of<'part'>): Promise<Done> {
  const { partNumber, offsetBytes, sizeBytes } = step.range;
  const body = await files.openRange(step.source, offsetBytes, sizeBytes);
  if (!body.ok) return local({ step: 'part', result: { read: body, sent: body } });
  return sendReading(body.value, 'part', () =>
    objects.uploadPart(context, step.key, step.uploadId, partNumber, body.value),
  );
}

async function sendReading(
  body: RangeBody,
  step: 'part' | 'post',
  send: () => Promise<Answer<StoredPart | StoredObject>>,
): Promise<Done> {
  try {
    const sent = await send();
    // What the disk says goes first: a file that changed is the cause of whatever the request met.
    const read = await body.finish();
    const counts = read.ok || sent.ok || read.fault.code.startsWith('source-');
    const result = { read: counts ? read : sent, sent };
    return { step, result, clockOffsetMs: sent.clockOffsetMs } as Done;
  } finally {
    await body.close();
  }
}

/** A last look at the file: parts of an earlier run may be older than it. */
async function complete(
  { files, objects }: Ports,
  context: RequestContext,
  step: Of<'complete'>,
): Promise<Done> {
  const look = await files.look(step.source.path);
  if (!look.ok) return local({ step: 'complete', result: look });
  const change = changeBetween(step.source.path, step.source.snapshot, look.value);
  if (change !== null) return local({ step: 'complete', result: failure(change) });
  return answered(
    'complete',
    await objects.completeMultipartUpload(context, step.key, step.uploadId, step.parts, step),
  );
}

/** Initiated counts whole seconds. */
const GRACE_MS = 2_000;

/** Uploads of this key without any part, begun since: the answer to our Initiate was never seen (P4). */
async function abortOrphans(
  { objects }: Ports,
  context: RequestContext,
  key: ObjectKey,
  sinceServer: number,
): Promise<Answer<void>> {
  const listed = await objects.listUploads(context, key);
  if (!listed.ok) return listed;
  for (const { uploadId, initiatedAtServer } of listed.value) {
    if (initiatedAtServer < sinceServer - GRACE_MS) continue;
    const parts = await objects.listParts(context, key, uploadId);
    if (parts.ok && parts.value.length > 0) continue;
    if (!parts.ok && parts.fault.code !== 'upload-gone') return parts;
    const aborted = await objects.abortMultipartUpload(context, key, uploadId);
    if (!aborted.ok) return aborted;
  }
  return { ...success(undefined), clockOffsetMs: listed.clockOffsetMs };
}

function failed(step: Step, why: Fault): Done {
  const result: Outcome<never> = failure(why);
  const both = step.kind === 'put' || step.kind === 'post' || step.kind === 'part';
  return {
    step: step.kind,
    result: both ? { read: result, sent: result } : result,
    clockOffsetMs: null,
  } as Done;
}
