/** What a rule does to the request that it matches. */
export const FAULTS = [
  'delay',
  'drop',
  'reset',
  'lose-answer',
  'status',
  'throttle',
  'wrong-crc',
  'truncate',
  'stall',
  'expire-token',
  'short-token',
  'clock-offset',
] as const;
export type FaultName = (typeof FAULTS)[number];

/** Every name that a request may have in the log and in a rule. */
export const OPERATIONS = [
  'PutObject',
  'GetObject',
  'HeadObject',
  'DeleteObject',
  'GetObjectTagging',
  'PutObjectTagging',
  'ListObjects',
  'ListObjectsV2',
  'InitiateMultipartUpload',
  'UploadPart',
  'ListParts',
  'ListMultipartUploads',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'PostObject',
  'Options',
  'AssumeRole',
  'DetectImageFaces',
  'Unknown',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A rule as it is posted and shown; `count` null means for good. */
export interface FaultRule {
  readonly operation: Operation | '*';
  readonly fault: FaultName;
  readonly ms: number;
  readonly status: number;
  readonly code: string | null;
  readonly afterBytes: number;
  readonly skip: number;
  readonly count: number | null;
}

/** What the rules do to one request. */
export interface FaultsOfRequest {
  /** Waits before the request is handled, in milliseconds, already added up. */
  readonly delayMs: number;
  /** The one rule besides delays that acts, if any. */
  readonly rule: FaultRule | null;
  /** How far the clocks are off while this request is handled. */
  readonly clockOffsetMs: number;
  /** True while a clock-offset rule stands: STS and IMM then accept any request date. */
  readonly isClockMoved: boolean;
}

interface LiveRule {
  rule: FaultRule;
}

/**
 * The fault rules that stand. A request is matched once, on arrival: each rule counts the requests of its
 * operation, passes over the first `skip`, then acts `count` times. The first live match acts and ends the
 * search; only a delay lets later rules see the request.
 */
export class FaultRules {
  #rules: LiveRule[] = [];

  replace(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule }));
  }

  /** The rules that can still act, with what is left of their skip and count. */
  left(): readonly FaultRule[] {
    return this.#rules.map((live) => live.rule);
  }

  /** How far the clocks are off now: the sum of the clock-offset rules that stand with no skip left. */
  get clockOffsetMs(): number {
    return this.#rules.reduce(
      (sum, { rule }) => (rule.fault === 'clock-offset' && rule.skip === 0 ? sum + rule.ms : sum),
      0,
    );
  }

  get #isClockMoved(): boolean {
    return this.#rules.some(({ rule }) => rule.fault === 'clock-offset' && rule.skip === 0);
  }

  match(operation: Operation): FaultsOfRequest {
    // Taken first, so that the last request a rule counts still sees its clock.
    const { clockOffsetMs } = this;
    const isClockMoved = this.#isClockMoved;
    let delayMs = 0;
    let acting: FaultRule | null = null;
    for (const live of this.#rules) {
      const { rule } = live;
      if (rule.operation !== '*' && rule.operation !== operation) continue;
      if (rule.skip > 0) {
        live.rule = { ...rule, skip: rule.skip - 1 };
        continue;
      }
      if (rule.count !== null) live.rule = { ...rule, count: rule.count - 1 };
      if (rule.fault === 'delay') {
        delayMs += rule.ms;
        continue;
      }
      acting = rule;
      break;
    }
    this.#rules = this.#rules.filter(({ rule }) => rule.count !== 0);
    return { delayMs, rule: acting, clockOffsetMs, isClockMoved };
  }
}
