import { fault } from '../../shared/faults';
import type { ObjectKey } from '../../shared/ids';
import type { FaceQuestion, IngestVerdict } from '../../store/faces/faces-types';
import { objectKey } from '../disk/object-key';

/**
 * What the rule of the destination makes of a picture with so many faces. Null faces: nobody could look at it; then it
 * goes as usual, for a detector that fails must not hold an upload up for good (P9), and it gets no tag that would say
 * somebody had looked. Pictures without faces go under their usual key, tagged `faces=0` where the rule tags.
 */
export function verdictOf(question: FaceQuestion, faces: number | null): IngestVerdict | null {
  const { ingest } = question;
  if (ingest === null) return null;
  if (faces === null) return { kind: 'go', faces, tag: null, key: null };
  const { rule, batchPrefix, normalizeNames } = ingest;
  const tag = rule.tag ? `faces=${faces}` : null;
  if (faces === 0) return { kind: 'go', faces, tag, key: null };
  const kind = rule.ask ? 'ask' : 'go';
  if (rule.prefix === undefined) return { kind, faces, tag, key: null };
  const below = question.key.startsWith(batchPrefix) ? question.key.slice(batchPrefix.length) : question.key;
  const key = objectKey(rule.prefix, below, normalizeNames);
  // It must not go where everybody looks only because its path is long.
  return key.ok
    ? { kind, faces, tag, key: key.value }
    : { kind: 'refuse', fault: fault(key.fault.code, `${key.fault.message} (below "${rule.prefix}")`) };
}

/** The sentence for a picture that a rule asks about where nobody can be asked. */
export const nobodyToAsk = (faces: number, key: ObjectKey) =>
  fault(
    'faces-undecided',
    `${key} has ${faces === 1 ? 'a face' : `${faces} faces`}, and the destination's rule asks before such a picture is sent; nobody can be asked here.`,
  );
