import { elapsedMs, momentOf, type Clock, type Moment } from '../clock';
import type { Principal } from '../http/principal';
import type { Answer } from '../problem';
import type { IssuedToken, StsToken, TokenIssuer } from '../sts/token-issuer';

/** STS is asked anew for the same caller at most this often, however often its clients say no-cache. */
const ANEW_FLOOR_MS = 2000;
/** Users of a JWT are many: beyond this, who has not come for the longest time is forgotten. */
const REMEMBERED_CALLERS = 10_000;

/** A token, and what STS's clock says now, for whoever judges its Expiration. */
export interface DatedToken {
  readonly token: StsToken;
  /** Milliseconds since 1970. */
  readonly stsTimeMs: number;
}

export interface TokenCache {
  /**
   * A token for this caller, with over half its life left. `anew`: the caller's token was refused, so STS is asked
   * again; within two seconds of STS's last answer that answer is given once more.
   */
  tokenFor(caller: Principal, wish: { readonly anew: boolean }): Promise<Answer<DatedToken>>;
}

interface HeldToken extends IssuedToken {
  /** When STS was asked for it: its age can only be over-estimated. */
  readonly askedAt: Moment;
}

interface CallerState {
  held: HeldToken | null;
  /** The one question on its way to STS; whoever comes meanwhile waits for its answer. */
  flight: Promise<Answer<HeldToken>> | null;
  last: { readonly at: Moment; readonly answer: Answer<HeldToken> } | null;
}

/** One token and at most one question to STS for each caller. */
export function createTokenCache(
  issuer: TokenIssuer,
  clock: Clock,
  limit: number = REMEMBERED_CALLERS,
): TokenCache {
  // In the order of their last visit.
  const callers = new Map<string, CallerState>();

  const stateOf = ({ name, prefix }: Principal): CallerState => {
    // Names of users are short hashes. Should two ever meet, they still never share a token.
    const id = `${name} ${prefix}`;
    const state = callers.get(id) ?? { held: null, flight: null, last: null };
    callers.delete(id);
    callers.set(id, state);
    const [oldest] = callers.keys();
    if (callers.size > limit && oldest !== undefined) callers.delete(oldest);
    return state;
  };

  const ask = async (state: CallerState, prefix: string): Promise<Answer<HeldToken>> => {
    const askedAt = momentOf(clock);
    const issued = await issuer.issue(prefix);
    const answer: Answer<HeldToken> = issued.ok ? { ok: true, value: { ...issued.value, askedAt } } : issued;
    if (answer.ok) state.held = answer.value;
    state.last = { at: momentOf(clock), answer };
    return answer;
  };

  const find = (caller: Principal, anew: boolean): Answer<HeldToken> | Promise<Answer<HeldToken>> => {
    const state = stateOf(caller);
    const young = state.held !== null && isYoung(state.held, clock) ? state.held : null;
    if (young !== null && !anew) return { ok: true, value: young };
    if (state.flight !== null) return state.flight;
    if (anew && state.last !== null && elapsedMs(clock, state.last.at) < ANEW_FLOOR_MS) {
      // A failure is repeated too: the token that is held may be the very one that was refused.
      if (!state.last.answer.ok) return state.last.answer;
      if (young !== null) return { ok: true, value: young };
    }
    state.flight = ask(state, caller.prefix).finally(() => {
      state.flight = null;
    });
    return state.flight;
  };

  return {
    async tokenFor(caller, { anew }) {
      const found = await find(caller, anew);
      return found.ok ? { ok: true, value: dated(found.value, clock) } : found;
    },
  };
}

/** Expiration and life are STS's, so their difference is the moment of issue by its clock. */
function dated({ token, lifeMs, askedAt }: HeldToken, clock: Clock): DatedToken {
  return { token, stsTimeMs: Date.parse(token.Expiration) - lifeMs + elapsedMs(clock, askedAt) };
}

function isYoung(held: HeldToken, clock: Clock): boolean {
  return elapsedMs(clock, held.askedAt) < held.lifeMs / 2;
}
