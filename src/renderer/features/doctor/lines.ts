import type { TFunction } from 'i18next';
import { isHealthy, type Check, type CheckId, type DoctorRun, type Hint } from '../../../shared/doctor';
import type { Format } from '../../i18n/format';
import type { IconName } from '../../ui/icon';

/** How a line of the list stands: by icon, word and colour. */
export type LineState = 'good' | 'failed' | 'without' | 'noted' | 'untried' | 'running' | 'waiting';

export const LINE_LOOKS: Readonly<
  Record<LineState, { readonly icon: IconName; readonly tone: 'proof' | 'fail' | 'rest' | 'hold' | 'move' }>
> = {
  good: { icon: 'check', tone: 'proof' },
  failed: { icon: 'fail', tone: 'fail' },
  without: { icon: 'info', tone: 'rest' },
  noted: { icon: 'warn', tone: 'hold' },
  untried: { icon: 'minus', tone: 'rest' },
  running: { icon: 'verify', tone: 'move' },
  waiting: { icon: 'wait', tone: 'rest' },
};

export interface Line {
  readonly id: CheckId;
  readonly state: LineState;
  readonly check: Check | null;
}

/** What is wanted but not there is a right that uploads do without, or something on this computer to be seen to. */
const ON_THIS_COMPUTER: ReadonlySet<CheckId> = new Set<CheckId>(['proxy', 'clock', 'forbid-overwrite']);

function stateOf({ id, ok, optional }: Check): LineState {
  if (ok === null) return 'untried';
  if (ok) return 'good';
  if (!optional) return 'failed';
  return ON_THIS_COMPUTER.has(id) ? 'noted' : 'without';
}

/** What was found, then what is under way and what is still to come. */
export function linesOf({ planned, checks, isRunning }: DoctorRun): readonly Line[] {
  const found = checks.map((check) => ({ id: check.id, state: stateOf(check), check }));
  if (!isRunning) return found;
  const state = (index: number): LineState => (index === 0 ? 'running' : 'waiting');
  const coming = planned.slice(checks.length).map((id, index) => ({ id, state: state(index), check: null }));
  return [...found, ...coming];
}

/** The run in one sentence. */
export function resultOf(t: TFunction, format: Format, { planned, checks, isRunning }: DoctorRun): string {
  if (isRunning)
    return t('doctor.results.checking', { done: format.count(checks.length), count: planned.length });
  if (checks.some(({ hint }) => hint?.code === 'stopped')) return t('doctor.results.stopped');
  const failed = checks.filter(({ ok }) => ok === false);
  if (failed.length === 0) return t('doctor.results.healthy');
  if (isHealthy(checks)) return t('doctor.results.partly', { count: failed.length });
  return t('doctor.results.broken', { count: failed.filter(({ optional }) => !optional).length });
}

export type ResultTone = 'move' | 'proof' | 'fail' | 'rest';

export function resultTone({ checks, isRunning }: DoctorRun): ResultTone {
  if (isRunning) return 'move';
  if (checks.some(({ hint }) => hint?.code === 'stopped')) return 'rest';
  return isHealthy(checks) ? 'proof' : 'fail';
}

function spanOf(t: TFunction, seconds: number): string {
  if (seconds < 120) return t('doctor.spans.seconds', { count: seconds });
  if (seconds < 7200) return t('doctor.spans.minutes', { count: Math.round(seconds / 60) });
  return t('doctor.spans.hours', { count: Math.round(seconds / 360) / 10 });
}

/** The values as the language writes them. */
function written(
  t: TFunction,
  format: Format,
  language: string,
  { values }: Hint,
): Record<string, string | number> {
  const { at, seconds, bytes, speed, check } = values;
  return {
    ...values,
    ...(at === undefined
      ? {}
      : { day: new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(Number(at)) }),
    ...(seconds === undefined ? {} : { span: spanOf(t, Number(seconds)) }),
    ...(bytes === undefined ? {} : { size: format.bytes(Number(bytes)) }),
    ...(speed === undefined ? {} : { rate: format.speed(Number(speed)) }),
    ...(check === undefined ? {} : { check: t(`doctor.checks.${check as CheckId}`) }),
  };
}

/** What was found; or what happened and what to do, each a sentence by itself; empty: the title says all. */
export function textsOf(
  t: TFunction,
  format: Format,
  language: string,
  { hint, fault }: Check,
): readonly string[] {
  if (hint !== undefined) return [t(`doctor.hints.${hint.code}`, written(t, format, language, hint))];
  return fault === undefined ? [] : [t(`faults.${fault.code}.what`), t(`faults.${fault.code}.next`)];
}

/** What the server said, in English, where our own words do not say as much. */
export function saidOf({ ok, hint, fault }: Check): string | null {
  if (ok !== false || fault === undefined || fault.message === '') return null;
  return hint === undefined || fault.ossCode !== undefined ? fault.message : null;
}
