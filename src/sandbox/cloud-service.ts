import type { FaultsOfRequest, Operation } from './faults/fault-rules';
import type { Answer } from './wire/answer';
import type { Exchange } from './wire/exchange';
import type { Refusal } from './wire/refusal';

/** What can be said of a request without judging it: for the log, and to match fault rules. */
export interface RequestFacts {
  readonly operation: Operation;
  /** Key and claim of a PostObject are known only once its form is read. */
  key: string | null;
  readonly partNumber: number | null;
  readonly uploadId: string | null;
  accessKeyId: string | null;
  securityToken: string | null;
}

/** One of the clouds behind a port: OSS, STS or IMM. */
export interface CloudService {
  describe(exchange: Exchange): RequestFacts;
  /** Handles the request; throws a Refusal for whatever the service refuses. */
  answer(exchange: Exchange, facts: RequestFacts, faults: FaultsOfRequest): Answer | Promise<Answer>;
  /** A refusal in the service's own dialect. */
  refuse(exchange: Exchange, refusal: Refusal): Answer;
  /** Headers that every answer of the service carries. */
  commonHeaders(exchange: Exchange): Readonly<Record<string, string>>;
  /** How the service says that it is asked too often. */
  readonly throttling: Refusal;
}
