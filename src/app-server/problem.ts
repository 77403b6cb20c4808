/** What a client can be told. The codes are the contract of the application server: docs/app-server.md#errors. */
export type ProblemCode =
  | 'InvalidArgument'
  | 'Unauthorized'
  | 'Forbidden'
  | 'KeyNotAllowed'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'ObjectDiffers'
  | 'TooManyRequests'
  | 'Internal'
  | 'StsError'
  | 'OssError'
  | 'Throttled'
  | 'KeysUnavailable';

const STATUS: Readonly<Record<ProblemCode, number>> = {
  InvalidArgument: 400,
  Unauthorized: 401,
  Forbidden: 403,
  KeyNotAllowed: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  ObjectDiffers: 409,
  TooManyRequests: 429,
  Internal: 500,
  StsError: 502,
  OssError: 502,
  Throttled: 503,
  KeysUnavailable: 503,
};

/** A refusal as a value. `message` is one sentence without secrets; `requestId` is Alibaba Cloud's. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly requestId?: string;
  readonly retryAfterSeconds?: number;
}

/** What was asked for, or why it cannot be had. Never thrown. */
export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export function problem(
  code: ProblemCode,
  message: string,
  more: Omit<Problem, 'code' | 'message'> = {},
): Problem {
  return { code, message, ...more };
}

export const refuse = (why: Problem): Answer<never> => ({ ok: false, problem: why });

export function statusOf(code: ProblemCode): number {
  return STATUS[code];
}

/** The JSON body of every error. */
export function problemBody(why: Problem): { error: { code: string; message: string; requestId?: string } } {
  const { code, message, requestId } = why;
  return { error: requestId === undefined ? { code, message } : { code, message, requestId } };
}

/** The server cannot start; `message` is one sentence for the person who deploys it. */
export class StartProblem extends Error {
  /** 2: arguments or environment are wrong; 1: the machine said no. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.name = 'StartProblem';
    this.exitCode = exitCode;
  }
}
