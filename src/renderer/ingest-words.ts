import type { TFunction } from 'i18next';
import type { Profile } from '../shared/profile';

type Ingest = NonNullable<NonNullable<Profile['faces']>['ingest']>;

/** The last folder of a prefix: "private/". */
const lastFolder = (prefix: string): string => /[^/]*\/$/.exec(prefix)?.[0] ?? prefix;

/**
 * The word for letting a picture go as the rule of its destination says; null where the rule changes nothing, so
 * that there is but one way to go.
 */
export function byRuleWord(t: TFunction, ingest: Ingest | undefined): string | null {
  if (ingest?.prefix !== undefined && ingest.prefix !== '')
    return t('faces.rule.toFolder', { folder: lastFolder(ingest.prefix) });
  return ingest?.tag === true ? t('faces.rule.withTag') : null;
}
