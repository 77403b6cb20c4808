import type { CloudService, RequestFacts } from '../cloud-service';
import type { FaultsOfRequest } from '../faults/fault-rules';
import type { Caller, Directory } from '../identity/directory';
import { isAllowed } from '../identity/policy-evaluation';
import type { Sessions } from '../identity/sessions';
import { parseAcs3 } from '../signatures/acs3';
import { Nonces } from '../sts/acs-caller';
import { acsActionOf, acsAnswer, acsHeaders, acsRefusal } from '../sts/acs-dialect';
import { Acs3Verifier } from '../sts/verify-acs3';
import type { Answer } from '../wire/answer';
import { readBody } from '../wire/body';
import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';
import { detectImageFaces, projectOf, type ImmServices } from './detect-image-faces';
import { parameterOf, verifyRpc, type CallParameters } from './rpc-call';

const ACTION = 'DetectImageFaces';
const VERSION = '2020-09-30';
const MAX_BODY_BYTES = 64 << 10;

/** Who may call, and with what rights. */
export interface ImmRegistry {
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly region: string;
}

/** IMM with its one action, DetectImageFaces, called in either of Alibaba's signed forms. */
export class ImmService implements CloudService {
  readonly throttling = new Refusal(400, 'Throttling.User', 'Request was denied due to user flow control.');
  readonly #registry: ImmRegistry;
  readonly #ground: ImmServices;
  readonly #nonces = new Nonces();
  readonly #acs3: Acs3Verifier;

  constructor(registry: ImmRegistry, ground: ImmServices) {
    this.#registry = registry;
    this.#ground = ground;
    this.#acs3 = new Acs3Verifier(registry.directory, registry.sessions, this.#nonces);
  }

  describe(exchange: Exchange): RequestFacts {
    // A form names its action in its body, which nobody has read yet: it counts as the one action there is.
    const action = acsActionOf(exchange) ?? (isForm(exchange) ? ACTION : null);
    return {
      operation: action === ACTION ? ACTION : 'Unknown',
      key: keyOf(exchange.query.get('SourceURI')),
      partNumber: null,
      uploadId: null,
      accessKeyId:
        parseAcs3(exchange.headers.get('authorization') ?? '')?.accessKeyId ??
        exchange.query.get('AccessKeyId'),
      securityToken: exchange.headers.get('x-acs-security-token') ?? exchange.query.get('SecurityToken'),
    };
  }

  async answer(exchange: Exchange, _facts: RequestFacts, faults: FaultsOfRequest): Promise<Answer> {
    const body = await readBody(exchange, MAX_BODY_BYTES);
    const parameters = parametersOf(exchange, body);
    const get = (name: string): string | null => parameterOf(parameters, name);
    const isAcs3 = exchange.headers.has('authorization') || get('Signature') === null;
    const caller = isAcs3
      ? this.#acs3.verify(exchange, body, !faults.isClockMoved)
      : verifyRpc(exchange, parameters, { ...this.#registry, nonces: this.#nonces }, !faults.isClockMoved);
    const action = exchange.headers.get('x-acs-action') ?? get('Action');
    const version = exchange.headers.get('x-acs-version') ?? get('Version');
    if (action !== ACTION || version !== VERSION) throw unknownAction();
    this.#authorize(exchange, caller, projectOf(get));
    return acsAnswer(exchange, 200, await detectImageFaces(get, this.#ground));
  }

  refuse(exchange: Exchange, refusal: Refusal): Answer {
    return acsRefusal(exchange, refusal);
  }

  commonHeaders(exchange: Exchange): Record<string, string> {
    return acsHeaders(exchange);
  }

  /** Ends the thread that looks at pictures; calls that wait for it are refused. */
  close(): void {
    this.#ground.desk.close();
  }

  /** Of a session its role's policy and the one it was narrowed to must both allow it, of a user its own. */
  #authorize(exchange: Exchange, caller: Caller, project: string): void {
    const { directory, region } = this.#registry;
    const isPermitted = isAllowed(directory.policiesOf(caller), {
      action: `imm:${ACTION}`,
      resource: `acs:imm:${region}:${directory.account.accountId}:project/${project}`,
      context: new Map([
        ['acs:sourceip', (exchange.socket.remoteAddress ?? '').replace(/^::ffff:/, '')],
        ['acs:securetransport', 'false'],
        ['acs:currenttime', new Date(exchange.nowMs).toISOString()],
      ]),
    });
    if (!isPermitted)
      throw new Refusal(
        403,
        'NoPermission',
        'You are not authorized to do this action. You should be authorized by RAM.',
      );
  }
}

const isForm = (exchange: Exchange): boolean =>
  /^application\/x-www-form-urlencoded\b/i.test(exchange.headers.get('content-type') ?? '');

function parametersOf(exchange: Exchange, body: Buffer): CallParameters {
  const query = exchange.query.parameters.map(({ name, value }) => [name, value ?? ''] as const);
  return isForm(exchange) ? [...query, ...new URLSearchParams(body.toString('utf8'))] : query;
}

const keyOf = (sourceUri: string | null): string | null =>
  /^oss:\/\/[^/]+\/(.+)$/s.exec(sourceUri ?? '')?.[1] ?? null;

const unknownAction = (): Refusal =>
  new Refusal(404, 'InvalidAction.NotFound', 'Specified api is not found, please check your url and method.');
