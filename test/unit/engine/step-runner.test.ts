/** One step through ports that are made by hand. */
import { describe, expect, it } from 'vitest';
import type { FilesPort, ObjectStorePort, RequestContext } from '../../../src/engine/ports';
import type { Ports } from '../../../src/engine/queue-ports';
import { Cancellation, runStep } from '../../../src/engine/step-runner';
import type { Step } from '../../../src/engine/steps';
import { success, type Outcome } from '../../../src/shared/faults';
import type { Crc64, UploadId } from '../../../src/shared/ids';
import { HOME, no, OURS, stored, UPLOAD, work } from './reducer-driver';

const { key, source } = work(1, 10);
const context: RequestContext = {
  destinationId: HOME,
  generation: 1,
  clockOffsetMs: 0,
  cancel: new Cancellation(),
  onSent: () => undefined,
};
const answer = <T>(outcome: Outcome<T>): Promise<Outcome<T> & { clockOffsetMs: number }> =>
  Promise.resolve({ ...outcome, clockOffsetMs: 0 });

function run(
  step: Step,
  objects: Partial<ObjectStorePort>,
  files: Partial<FilesPort> = {},
): ReturnType<typeof runStep> {
  return runStep({ objects, files } as Ports, context, step);
}

describe('Complete', () => {
  const step: Step = { kind: 'complete', key, uploadId: UPLOAD, source, parts: [], forbidOverwrite: true };

  it.each([
    ['was changed', success({ ...source.snapshot, fingerprint: 'other' }), 'source-changed'],
    ['is gone', no('source-missing'), 'source-missing'],
  ])('is not sent when the file %s since its parts were read (P5)', async (_, look, code) => {
    let sent = 0;
    const done = await run(
      step,
      { completeMultipartUpload: () => ((sent += 1), answer(stored(OURS))) },
      { look: () => Promise.resolve(look) },
    );
    expect(done).toMatchObject({ step: 'complete', result: { ok: false, fault: { code } } });
    expect(sent).toBe(0);
  });
});

describe('a part', () => {
  const range = { partNumber: 1, offsetBytes: 0, sizeBytes: 10 };
  const step: Step = { kind: 'part', key, uploadId: UPLOAD, source, range };
  const body = (finish: Outcome<Crc64>): { closed: number; files: Partial<FilesPort> } => {
    const made = { closed: 0, files: {} as Partial<FilesPort> };
    made.files.openRange = () =>
      Promise.resolve(
        success({
          sizeBytes: 10,
          chunks: () => {
            throw new Error('unread');
          },
          finish: () => Promise.resolve(finish),
          close: () => Promise.resolve(void (made.closed += 1)),
        }),
      );
    return made;
  };

  it('that the server took counts for nothing when its file changed meanwhile', async () => {
    const { files } = body(no('source-changed'));
    const sent = { etag: 'E' as never, crc64: OURS, requestId: 'r' };
    const done = await run(step, { uploadPart: () => answer(success(sent)) }, files);
    expect(done).toMatchObject({ result: { read: { ok: false, fault: { code: 'source-changed' } } } });
  });

  it('that was cut off is the fault of the network, and its body is given back', async () => {
    const made = body(no('connection-lost'));
    const done = await run(step, { uploadPart: () => answer(no('stalled')) }, made.files);
    expect(done).toMatchObject({ result: { read: { fault: { code: 'stalled' } } } });
    expect(made.closed).toBe(1);
  });

  it('whose port throws is a fault of ours, and its body is given back', async () => {
    const made = body(success(OURS));
    const done = await run(step, { uploadPart: () => Promise.reject(new Error('bang')) }, made.files);
    expect(done).toMatchObject({ result: { sent: { fault: { code: 'internal' } } } });
    expect(made.closed).toBe(1);
  });
});

describe('the search for orphans (P4)', () => {
  const step: Step = { kind: 'find-orphans', key, sinceServer: 100_000 };
  const uploads = [
    { uploadId: 'older' as UploadId, initiatedAtServer: 90_000 },
    { uploadId: 'with-parts' as UploadId, initiatedAtServer: 100_000 },
    { uploadId: 'orphan' as UploadId, initiatedAtServer: 99_000 },
  ];

  it('aborts what was begun since and has no parts, and nothing else', async () => {
    const aborted: string[] = [];
    const done = await run(step, {
      listUploads: () => answer(success(uploads)),
      listParts: (_, __, uploadId) => answer(success(uploadId === 'orphan' ? [] : [{} as never])),
      abortMultipartUpload: (_, __, uploadId) => (aborted.push(uploadId), answer(success(undefined))),
    });
    expect(done).toMatchObject({ result: { ok: true } });
    expect(aborted).toEqual(['orphan']);
  });

  it('aborts nothing of which it may not see the parts', async () => {
    const done = await run(step, {
      listUploads: () => answer(success(uploads)),
      listParts: () => answer(no('no-permission')),
      abortMultipartUpload: () => Promise.reject(new Error('aborted')),
    });
    expect(done).toMatchObject({ result: { ok: false, fault: { code: 'no-permission' } } });
  });
});
