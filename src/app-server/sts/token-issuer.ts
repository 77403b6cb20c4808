import type { Answer } from '../problem';

/** What `/get_sts_token` answers, letter by letter: the credentials map of AssumeRole. */
export interface StsToken {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
  readonly SecurityToken: string;
  /** ISO 8601 in UTC without milliseconds, as STS wrote it. */
  readonly Expiration: string;
}

export interface IssuedToken {
  readonly token: StsToken;
  /** How long it lives from its issue, by STS's own clock. */
  readonly lifeMs: number;
}

/** Asks STS for a new token for what lies below `prefix`. Never throws, and always settles. */
export interface TokenIssuer {
  issue(prefix: string): Promise<Answer<IssuedToken>>;
}

/**
 * The life of a token by STS's own clock: Expiration minus the Date of the same answer. Without a Date, or with one
 * that cannot be right (a proxy's, hours off), it is what was asked for; STS never gives more.
 */
export function tokenLifeMs(
  expiration: string,
  answerDate: string | undefined,
  askedSeconds: number,
): number {
  const askedMs = askedSeconds * 1000;
  const lifeMs = Date.parse(expiration) - Date.parse(answerDate ?? '');
  return lifeMs >= 0 && lifeMs <= askedMs ? lifeMs : askedMs;
}
