import { matchesPattern } from '../identity/policy-evaluation';
import type { Exchange } from './exchange';
import { Refusal } from './refusal';

/** One rule of a bucket's CORS configuration. */
export interface CorsRule {
  /** Origins such as `http://localhost:3000`; each may have one `*`. */
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  /** Names of headers in lower case; each may have one `*`. */
  readonly allowedHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number | null;
}

/** The CORS rules that stand. Without any, a browser may do nothing from another origin. */
export class CorsRules {
  #rules: readonly CorsRule[];

  constructor(rules: readonly CorsRule[]) {
    this.#rules = rules;
  }

  replace(rules: readonly CorsRule[]): void {
    this.#rules = rules;
  }

  all(): readonly CorsRule[] {
    return this.#rules;
  }

  /**
   * The headers that answer a preflight, from the first rule that lets it pass. Throws BadRequest where it
   * does not say what it asks for, and AccessForbidden where no rule lets it pass.
   */
  preflight({ headers }: Exchange): Record<string, string> {
    const origin = needed(headers, 'origin', 'Origin request header needed.');
    const method = needed(
      headers,
      'access-control-request-method',
      'Access-Control-Request-Method request header needed.',
    );
    if (this.#rules.length === 0) throw forbidden('CORSResponse: CORS is not enabled for this bucket.');
    const asked = (headers.get('access-control-request-headers') ?? '').toLowerCase();
    const names = asked.split(',').map((name) => name.trim());
    const wanted = names.filter((name) => name !== '');
    const rule = this.#ruleFor(origin, method, wanted);
    if (!rule) {
      throw forbidden(
        'CORSResponse: This CORS request is not allowed. No rule allows its Origin, Access-Control-Request-Method and Access-Control-Request-Headers.',
      );
    }
    const allowedHeaders = wanted.length === 0 ? {} : { 'Access-Control-Allow-Headers': wanted.join(', ') };
    return { ...ruleHeaders(rule, origin), ...allowedHeaders };
  }

  /** The headers that let a browser read an answer, errors too; none where no rule allows it. */
  answer({ headers, method }: Exchange): Record<string, string> {
    const origin = headers.get('origin');
    const rule = origin === undefined ? undefined : this.#ruleFor(origin, method, []);
    return origin === undefined || !rule ? {} : ruleHeaders(rule, origin);
  }

  #ruleFor(origin: string, method: string, headers: readonly string[]): CorsRule | undefined {
    return this.#rules.find(
      (rule) =>
        rule.allowedOrigins.some((pattern) => matchesPattern(pattern, origin)) &&
        rule.allowedMethods.includes(method) &&
        headers.every((name) => rule.allowedHeaders.some((pattern) => matchesPattern(pattern, name))),
    );
  }
}

function ruleHeaders(rule: CorsRule, origin: string): Record<string, string> {
  const isForAll = rule.allowedOrigins.includes('*');
  return {
    'Access-Control-Allow-Origin': isForAll ? '*' : origin,
    ...(isForAll ? {} : { Vary: 'Origin' }),
    'Access-Control-Allow-Methods': rule.allowedMethods.join(', '),
    ...(rule.exposeHeaders.length === 0
      ? {}
      : { 'Access-Control-Expose-Headers': rule.exposeHeaders.join(', ') }),
    ...(rule.maxAgeSeconds === null ? {} : { 'Access-Control-Max-Age': String(rule.maxAgeSeconds) }),
  };
}

function needed(headers: ReadonlyMap<string, string>, name: string, sentence: string): string {
  const value = headers.get(name);
  if (value !== undefined && value !== '') return value;
  throw new Refusal(400, 'BadRequest', `Insufficient information. ${sentence}`);
}

function forbidden(message: string): Refusal {
  return new Refusal(403, 'AccessForbidden', message);
}
