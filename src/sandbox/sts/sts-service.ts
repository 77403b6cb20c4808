import type { CloudService, RequestFacts } from '../cloud-service';
import type { FaultsOfRequest } from '../faults/fault-rules';
import type { Directory } from '../identity/directory';
import type { Sessions } from '../identity/sessions';
import { parseAcs3 } from '../signatures/acs3';
import type { Answer } from '../wire/answer';
import { readBody } from '../wire/body';
import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';
import { acsActionOf, acsAnswer, acsHeaders, acsRefusal } from './acs-dialect';
import { assumeRole, noPermission } from './assume-role';
import { Acs3Verifier } from './verify-acs3';

const VERSION = '2015-04-01';
const MAX_BODY_BYTES = 64 << 10;

/** STS with its one action, AssumeRole. */
export class StsService implements CloudService {
  readonly throttling = new Refusal(400, 'Throttling.User', 'Request was denied due to user flow control.');
  readonly #directory: Directory;
  readonly #tokenSeconds: number | null;
  readonly #sessions: Sessions;
  readonly #verifier: Acs3Verifier;

  /** `tokenSeconds` caps every token's life, below STS's own minimum too; null leaves it to the call. */
  constructor(directory: Directory, sessions: Sessions, tokenSeconds: number | null) {
    this.#directory = directory;
    this.#tokenSeconds = tokenSeconds;
    this.#sessions = sessions;
    this.#verifier = new Acs3Verifier(directory, sessions);
  }

  describe(exchange: Exchange): RequestFacts {
    return {
      operation: acsActionOf(exchange) === 'AssumeRole' ? 'AssumeRole' : 'Unknown',
      key: null,
      partNumber: null,
      uploadId: null,
      accessKeyId: parseAcs3(exchange.headers.get('authorization') ?? '')?.accessKeyId ?? null,
      securityToken: exchange.headers.get('x-acs-security-token') ?? null,
    };
  }

  async answer(exchange: Exchange, facts: RequestFacts, faults: FaultsOfRequest): Promise<Answer> {
    const body = await readBody(exchange, MAX_BODY_BYTES);
    const caller = this.#verifier.verify(exchange, body, !faults.isClockMoved);
    const version = exchange.headers.get('x-acs-version');
    if (facts.operation !== 'AssumeRole' || version !== VERSION) {
      throw new Refusal(
        404,
        'InvalidAction.NotFound',
        'Specified api is not found, please check your url and method.',
      );
    }
    if (caller.kind === 'session') throw noPermission();
    const call = {
      user: caller.user,
      sourceIp: (exchange.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      nowMs: exchange.nowMs,
      tokenSeconds: this.#tokenSeconds,
      lifeMs: faults.rule?.fault === 'short-token' ? faults.rule.ms : null,
    };
    const parameters = parametersOf(exchange, body);
    return acsAnswer(exchange, 200, assumeRole(parameters, this.#directory, this.#sessions, call));
  }

  refuse(exchange: Exchange, refusal: Refusal): Answer {
    return acsRefusal(exchange, refusal);
  }

  commonHeaders(exchange: Exchange): Record<string, string> {
    return acsHeaders(exchange);
  }
}

// Both places are signed: the query as it is, the form by the hash of the body.
function parametersOf(exchange: Exchange, body: Buffer): Map<string, string> {
  const parameters = new Map(exchange.query.parameters.map(({ name, value }) => [name, value ?? '']));
  if (/^application\/x-www-form-urlencoded\b/i.test(exchange.headers.get('content-type') ?? '')) {
    for (const [name, value] of new URLSearchParams(body.toString('utf8'))) parameters.set(name, value);
  }
  return parameters;
}
