import type { TFunction } from 'i18next';
import { retryPolicyOf, type Fault } from '../../../shared/faults';
import type { BatchRow, ItemRow, ItemState } from '../../../shared/queue-view';
import type { Tone } from '../../ui/state-label';
import type { IconName } from '../../ui/icon';
import { timeLeft, type Format } from '../../i18n/format';

/** What a row shows, for files and batches alike. */
export type StateName =
  | 'scanning'
  | 'scanned'
  | 'waiting'
  | 'uploading'
  | 'paused'
  | 'schedule'
  | 'offline'
  | 'credentials'
  | 'faces'
  | 'retrying'
  | 'verifying'
  | 'done'
  | 'skipped'
  | 'conflict'
  | 'source-changed'
  | 'failed'
  | 'canceled';

/** Ochre (`hold`): time mends it. Plum (`ask`): you decide. Red (`fail`): it failed. The rest speaks quietly. */

export const LOOKS: Readonly<Record<StateName, { readonly tone: Tone; readonly icon: IconName | 'seal' }>> = {
  scanning: { tone: 'move', icon: 'scan' },
  scanned: { tone: 'move', icon: 'scan' },
  waiting: { tone: 'rest', icon: 'wait' },
  uploading: { tone: 'move', icon: 'up' },
  paused: { tone: 'rest', icon: 'pause' },
  schedule: { tone: 'rest', icon: 'pause' },
  offline: { tone: 'hold', icon: 'network' },
  credentials: { tone: 'ask', icon: 'key' },
  faces: { tone: 'ask', icon: 'face' },
  retrying: { tone: 'hold', icon: 'retry' },
  verifying: { tone: 'move', icon: 'verify' },
  done: { tone: 'proof', icon: 'seal' },
  skipped: { tone: 'rest', icon: 'skip' },
  conflict: { tone: 'ask', icon: 'conflict' },
  'source-changed': { tone: 'ask', icon: 'changed' },
  failed: { tone: 'fail', icon: 'fail' },
  canceled: { tone: 'rest', icon: 'minus' },
};

export function itemStateName(state: ItemState): StateName {
  if (state.kind === 'completing') return 'verifying';
  if (state.kind !== 'paused') return state.kind;
  return state.why === 'user' ? 'paused' : state.why;
}

export const isEnded = (state: ItemState): boolean =>
  ['done', 'skipped', 'conflict', 'source-changed', 'failed', 'canceled'].includes(state.kind);

export const unfinishedOf = (batch: BatchRow): number => batch.counts.waiting + batch.counts.paused;

/** Verified in this run, or found to be identical by CRC-64: either way the bytes are in the bucket. */
export const provenOf = (batch: BatchRow): number => batch.counts.done + batch.counts.skipped;

export function batchStateName(batch: BatchRow): StateName {
  if (batch.scanFault !== undefined) return 'failed';
  if (batch.scanning) return 'scanning';
  if (unfinishedOf(batch) > 0) return unfinishedState(batch);
  if (batch.counts.failed > 0) return 'failed';
  if (batch.counts.conflict > 0) return 'conflict';
  if (batch.counts.sourceChanged > 0) return 'source-changed';
  if (provenOf(batch) > 0) return 'done';
  return batch.counts.canceled > 0 ? 'canceled' : 'waiting';
}

function unfinishedState(batch: BatchRow): StateName {
  switch (batch.held) {
    case 'no':
      return batch.active > 0 ? 'uploading' : 'waiting';
    case 'user':
      return 'paused';
    default:
      return batch.held;
  }
}

const secondsUntil = (at: number, now: number): number => Math.max(0, Math.ceil((at - now) / 1000));

export function itemWord(t: TFunction, format: Format, state: ItemState, now: number): string {
  const name = itemStateName(state);
  if (state.kind === 'retrying')
    return t('states.retrying', { seconds: format.count(secondsUntil(state.at, now)) });
  if (state.kind === 'failed') return t('states.failed', { why: t(`faults.${state.fault.code}.short`) });
  return t(`states.${name as Exclude<StateName, 'retrying' | 'failed' | 'scanning'>}`);
}

/** Where the column is narrow, the word alone. */
function shortBatchWord(t: TFunction, name: StateName): string | null {
  if (name === 'scanning') return t('states.scanningShort');
  return name === 'uploading' || name === 'done' ? t(`states.${name}`) : null;
}

export function batchWord(t: TFunction, format: Format, batch: BatchRow, short: boolean): string {
  const name = batchStateName(batch);
  const word = short ? shortBatchWord(t, name) : null;
  if (word !== null) return word;
  const { counts } = batch;
  const all = format.count(batch.items);
  switch (name) {
    case 'scanning':
      return t('states.scanning', { found: all });
    case 'uploading':
      return t('states.uploadingOf', { done: format.count(provenOf(batch)), all });
    case 'done':
      return t('states.doneOf', { done: format.count(provenOf(batch)), all });
    case 'failed':
      return batch.scanFault === undefined
        ? t('states.failedFiles', { count: counts.failed })
        : t('states.failed', { why: t(`faults.${batch.scanFault.code}.short`) });
    case 'conflict':
      return t('states.conflictFiles', { count: counts.conflict });
    case 'source-changed':
      return t('states.changedFiles', { count: counts.sourceChanged });
    case 'retrying':
      return t('states.waiting');
    default:
      return t(`states.${name}`);
  }
}

/** "about 11 min", or "" where an estimate would be a guess. */
export function timeLeftWords(t: TFunction, format: Format, secondsLeft: number | null): string {
  if (secondsLeft === null) return '';
  const left = timeLeft(secondsLeft);
  if (left.unit === 'under-minute') return t('time.underMinute');
  return t(`time.${left.unit}`, { count: left.count, amount: format.count(left.count) });
}

/** "At least 50 min", while a scan still finds more. */
export function timeAtLeastWords(t: TFunction, format: Format, secondsLeft: number | null): string {
  if (secondsLeft === null) return '';
  const left = timeLeft(secondsLeft);
  if (left.unit === 'under-minute') return '';
  return t(`time.atLeast.${left.unit}`, { count: left.count, amount: format.count(left.count) });
}

type RowAction = 'retry' | 'resume' | 'details';

/** The sentence and the one action of a row that waits or asks. */
export interface Note {
  readonly text: string;
  readonly action: { readonly act: RowAction; readonly label: string; readonly soft: boolean } | null;
}

export function noteOf(t: TFunction, format: Format, row: ItemRow): Note | null {
  const { state } = row;
  const kept = format.bytes(row.verifiedBytes);
  switch (state.kind) {
    case 'retrying':
      return {
        text: attemptWords(t, format, state.attempt, state.fault),
        action: { act: 'retry', label: t('actions.retryNow'), soft: true },
      };
    case 'paused':
      if (state.why === 'faces') return { text: t('notes.faces'), action: null };
      if (state.why === 'offline') return { text: t('notes.offline'), action: null };
      if (state.why === 'schedule') return { text: t('notes.schedule'), action: null };
      if (state.why === 'credentials')
        return {
          text: row.verifiedBytes > 0 ? t('notes.credentialsKept', { kept }) : t('notes.credentials'),
          action: { act: 'resume', label: t('actions.tryNow'), soft: false },
        };
      return null;
    case 'done':
      if (state.callbackFault === undefined) return null;
      return {
        text: t('notes.untold'),
        action: { act: 'details', label: t('actions.details'), soft: false },
      };
    case 'skipped':
      return { text: t('notes.identical'), action: null };
    case 'conflict':
      return {
        text: t(`faults.${state.fault.code}.what`),
        action: { act: 'details', label: t('actions.details'), soft: false },
      };
    case 'source-changed':
      return {
        text: t('notes.changed'),
        action: { act: 'retry', label: t('actions.uploadAgain'), soft: false },
      };
    case 'failed':
      return {
        text: t(`faults.${state.fault.code}.what`),
        action: { act: 'details', label: t('actions.details'), soft: true },
      };
    default:
      return null;
  }
}

/** Eight attempts end a file only where the fault is its own (engine rule); the network and the server are waited for. */
const MOST_ATTEMPTS = 8;

function attemptWords(t: TFunction, format: Format, attempt: number, fault: Fault): string {
  const what = t(`faults.${fault.code}.what`);
  if (retryPolicyOf(fault.code) !== 'item')
    return t('notes.attempt', { attempt: format.count(attempt), what });
  return t('notes.attemptOf', { attempt: format.count(attempt), most: MOST_ATTEMPTS, what });
}
