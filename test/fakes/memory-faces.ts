/** The rules that hold pictures back, for the store in memory. */
import type { IngestAnswer } from '../../src/shared/faces';
import type { ObjectKey } from '../../src/shared/ids';
import type { FacesNote } from '../../src/store/faces/faces-types';
import type { StoredState } from '../../src/store/queue-types';
import type { Row } from './memory-disk';

export interface MemoryDecision {
  state: 'to-be-made' | 'made' | 'asks' | 'settled';
  tag: string | null;
  key: ObjectKey | null;
}

export const isHeldByRule = ({ decision }: Row): boolean => decision !== null && decision.state !== 'settled';
export const asksUser = ({ decision, held, end }: Row): boolean =>
  end === null && !held && decision?.state === 'asks';

export function noteVerdict(row: Row, { at, verdict }: FacesNote): boolean {
  const { decision } = row;
  if (decision?.state !== 'to-be-made' || row.end !== null || verdict === null) return false;
  if (verdict.kind === 'refuse') {
    row.end = { at, end: { kind: 'failed', fault: verdict.fault } };
    return true;
  }
  const { kind, tag, key } = verdict;
  const state = kind === 'ask' ? 'asks' : row.held ? 'settled' : 'made';
  Object.assign(decision, { state, tag, key });
  if (kind === 'go' && key !== null) row.key = key;
  return true;
}

export function release(row: Row): boolean {
  if (row.decision?.state !== 'made') return false;
  row.decision.state = 'settled';
  return true;
}

export function answerRule(row: Row, how: IngestAnswer): boolean {
  const { decision } = row;
  if (decision?.state !== 'asks' || row.end !== null) return false;
  decision.state = row.held ? 'settled' : 'made';
  if (how === 'as-usual') Object.assign(decision, { tag: null, key: null });
  else if (decision.key !== null) row.key = decision.key;
  return true;
}

export function stateOf(row: Row, runnable: boolean): StoredState {
  if (asksUser(row)) return { kind: 'paused', why: 'faces' };
  if (row.end === null && !row.held && isHeldByRule(row)) return { kind: 'scanned' };
  if (row.end === null) return runnable ? { kind: 'waiting' } : { kind: 'paused', why: 'user' };
  const { at, end } = row.end;
  if (end.kind === 'done')
    return {
      kind: 'done',
      at,
      ...(end.callbackFault === undefined ? {} : { callbackFault: end.callbackFault }),
    };
  if (end.kind === 'skipped') return { kind: 'skipped', why: end.why, at };
  return end.kind === 'canceled' ? { kind: 'canceled' } : { kind: end.kind, fault: end.fault };
}
