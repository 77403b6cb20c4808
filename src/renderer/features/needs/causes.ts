import type { TFunction } from 'i18next';
import { FAULTS, type FaultCode } from '../../../shared/faults';
import { acceptsCallbackReplays, type Profile } from '../../../shared/profile';
import type { Cause, QueueVerb } from '../../../shared/queue-view';
import type { IconName } from '../../ui/icon';
import type { Tone } from '../../ui/state-label';

export const CAUSE_LOOKS: Readonly<Record<Cause['kind'], { readonly tone: Tone; readonly icon: IconName }>> =
  {
    failed: { tone: 'fail', icon: 'fail' },
    conflict: { tone: 'ask', icon: 'conflict' },
    'source-changed': { tone: 'ask', icon: 'changed' },
    'callback-failed': { tone: 'ask', icon: 'warn' },
    credentials: { tone: 'ask', icon: 'key' },
    disk: { tone: 'ask', icon: 'warn' },
    offline: { tone: 'hold', icon: 'network' },
  };

/** Who mends it decides the group: you, your administrator, or time. */
export type CauseGroup = 'you' | 'administrator' | 'time';

export function groupOf(cause: Cause): CauseGroup {
  if (cause.kind === 'offline') return 'time';
  return FAULTS[cause.fault.code].resolvedBy === 'administrator' ? 'administrator' : 'you';
}

const RANK: Readonly<Record<CauseGroup, number>> = { you: 0, administrator: 1, time: 2 };

/** What asks for a person comes before what time mends; otherwise the most files first. */
export function inOrder(causes: readonly Cause[]): readonly Cause[] {
  return [...causes].sort((a, b) => RANK[groupOf(a)] - RANK[groupOf(b)] || b.files - a.files);
}

export function causeTitle(t: TFunction, cause: Cause, destination: string): string {
  const why = t(`faults.${cause.fault.code}.short`);
  switch (cause.kind) {
    case 'failed':
      return t('needs.failed', { count: cause.files, why });
    case 'conflict':
      return t('needs.conflict', { count: cause.files });
    case 'source-changed':
      return t('needs.changed', { count: cause.files });
    case 'callback-failed':
      return t('needs.untold', { count: cause.files });
    case 'credentials':
      return t('needs.credentials', { destination, why });
    case 'offline':
      return t('needs.offline', { destination });
    case 'disk':
      return t('needs.disk');
  }
}

/** The one sentence beside the title. */
export function causeLine(t: TFunction, cause: Cause, profile: Profile | undefined): string {
  if (cause.kind === 'callback-failed' && !acceptsCallbackReplays(profile)) return t('needs.noNotice');
  if (cause.kind === 'offline' || cause.kind === 'credentials' || cause.kind === 'disk')
    return t('needs.wait', { count: cause.files });
  return t(`faults.${cause.fault.code}.next`);
}

const SIGN_IN: ReadonlySet<FaultCode> = new Set([
  'credentials-missing',
  'token-refused',
  'token-expired',
  'key-unknown',
  'signature',
]);

/** Whether it ends when someone enters credentials at the destination. */
export function asksForSignIn({ kind, fault }: Cause): boolean {
  return kind === 'credentials' && SIGN_IN.has(fault.code);
}

/** The one action: the verb for all files that stand for this reason, and its word; null: there is none. */
export function causeAction(
  t: TFunction,
  cause: Cause,
  profile: Profile | undefined,
): { readonly verb: QueueVerb; readonly label: string } | null {
  switch (cause.kind) {
    case 'callback-failed':
      return acceptsCallbackReplays(profile) ? { verb: 'notify', label: t('actions.notify') } : null;
    case 'source-changed':
      return { verb: 'retry', label: t('actions.uploadAgain') };
    case 'offline':
    case 'credentials':
    case 'disk':
      return { verb: 'resume', label: t('actions.tryNow') };
    case 'failed':
    case 'conflict':
      return { verb: 'retry', label: t('actions.retry') };
  }
}
