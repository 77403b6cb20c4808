import type { CredentialsNote, CredentialsPort } from '../../engine/ports';
import type { Grant, TemporaryCredentials } from '../../shared/credentials';
import { success, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';

export type AskCredentials = (destinationId: DestinationId, fresh: boolean) => Promise<Outcome<Grant>>;

/** How many generations are kept: requests in flight were signed with the ones before. */
const KEPT = 4;

/** Holds the secrets in memory and gives the engine their number alone (P10). */
export class CredentialsKeeper implements CredentialsPort {
  readonly #ask: AskCredentials;
  readonly #callsBack: (destinationId: DestinationId, grant: Grant) => boolean;
  readonly #held = new Map<DestinationId, { generation: number; credentials: Grant }[]>();
  #generation = 0;

  constructor(ask: AskCredentials, callsBack: (destinationId: DestinationId, grant: Grant) => boolean) {
    this.#ask = ask;
    this.#callsBack = callsBack;
  }

  async ask(destinationId: DestinationId, fresh: boolean): Promise<Outcome<CredentialsNote>> {
    const answer = await this.#ask(destinationId, fresh);
    if (!answer.ok) return answer;
    const generation = ++this.#generation;
    const held = [{ generation, credentials: answer.value }, ...(this.#held.get(destinationId) ?? [])];
    this.#held.set(destinationId, held.slice(0, KEPT));
    const way = answer.value.kind === 'post-policy' ? 'form' : 'requests';
    const { expiresAtServer } = answer.value;
    const callsBack = this.#callsBack(destinationId, answer.value);
    return success({ generation, expiresAtServer, way, callsBack });
  }

  /** The secrets of a generation, where a request is signed. */
  credentials(destinationId: DestinationId, generation: number): Grant | null {
    return (
      this.#held.get(destinationId)?.find((entry) => entry.generation === generation)?.credentials ?? null
    );
  }

  /** The secrets of the newest generation, whoever needs them beside the engine. */
  newest(destinationId: DestinationId): TemporaryCredentials | null {
    const newest = this.#held.get(destinationId)?.[0]?.credentials ?? null;
    return newest !== null && 'accessKeyId' in newest ? newest : null;
  }
}
