import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { sessionPolicy } from '../shared/session-policy';
import { systemClock, type Clock } from './clock';
import { createCallers } from './http/callers';
import { createHttpServer } from './http/create-http-server';
import { createRequestLimit } from './http/request-limit';
import { sendProblem } from './http/send-problem';
import { isLoopbackHost } from './loopback';
import { problem, StartProblem } from './problem';
import { addGetStsToken } from './routes/get-sts-token';
import { addHealth } from './routes/health';
import { readSettings, type Environment, type Settings } from './settings';
import { createAssumeRole, STS_TIMEOUTS, type StsTimeouts } from './sts/assume-role';
import { createTokenCache } from './tokens/token-cache';

export interface AppServerOptions {
  readonly environment: Environment;
  readonly host?: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly stsTimeouts?: StsTimeouts;
}

export interface AppServer {
  readonly url: string;
  /** Answers what was asked, then stops listening. */
  close(): Promise<void>;
}

/** Listens once it resolves. Rejects with a StartProblem whose message is one sentence for whoever deploys it. */
export async function startAppServer(options: AppServerOptions): Promise<AppServer> {
  const host = options.host ?? '127.0.0.1';
  const read = readSettings(options.environment);
  if (!read.ok) throw new StartProblem(read.sentence, 2);
  const { settings } = read;
  if (settings.bearerTokenHashes.length === 0 && !isLoopbackHost(host))
    throw new StartProblem(
      `The variable BEARER_TOKENS_SHA256 is missing: to listen on ${host} it must hold the SHA-256 of each token that may ask.`,
      2,
    );
  const app = createHttpServer(settings.log);
  addHealth(app);
  await addGuardedRoutes(app, settings, options);
  await listen(app, host, options.port ?? 0);
  return { url: urlOf(app), close: () => close(app) };
}

/** Requests under way have this long to end; STS's own deadline is shorter. */
const CLOSE_TIMEOUT_MS = 20_000;

async function close(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => {
    app.server.closeAllConnections();
  }, CLOSE_TIMEOUT_MS);
  await app.close();
  clearTimeout(timer);
}

/** Everything that gives something away sits behind the caller check and the caller's request limit. */
async function addGuardedRoutes(
  app: FastifyInstance,
  settings: Settings,
  options: AppServerOptions,
): Promise<void> {
  const clock = options.clock ?? systemClock;
  const callerOf = createCallers(settings.bearerTokenHashes);
  const limit = createRequestLimit(clock);
  const issuer = createAssumeRole(settings, policyOf(settings), options.stsTimeouts ?? STS_TIMEOUTS);
  const tokens = createTokenCache(issuer, clock);
  await app.register((guarded, _options, done) => {
    guarded.addHook('onRequest', (request, reply, next) => {
      const caller = callerOf(request.headers);
      if (!caller.ok) {
        sendProblem(reply, caller.problem);
        return;
      }
      request.caller = caller.value;
      const retryAfterSeconds = limit.retryAfterSeconds(caller.value);
      if (retryAfterSeconds !== null) {
        sendProblem(
          reply,
          problem('TooManyRequests', 'Too many requests; come again later.', { retryAfterSeconds }),
        );
        return;
      }
      next();
    });
    addGetStsToken(guarded, tokens);
    done();
  });
}

function policyOf({ bucket, prefix, sessionActions: actions, immProject }: Settings): string {
  const policy = sessionPolicy({
    bucket,
    prefix,
    actions,
    ...(immProject === undefined ? {} : { immProject }),
  });
  if (!policy.ok) {
    // Bucket and project are too plain for it to fail on them.
    const why = policy.fault.message.replace(/^./, (letter) => letter.toLowerCase());
    throw new StartProblem(`The variable OSS_PREFIX is wrong: ${why}`, 2);
  }
  return policy.value;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw new StartProblem(`Cannot listen on ${host}, port ${port}: ${listenWords(error)}.`, 1);
  }
}

function listenWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'another program has this port';
  if (code === 'EACCES') return 'the system does not allow it (ports below 1024 need the right to bind them)';
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name cannot be resolved';
  return typeof code === 'string' ? `the system says ${code}` : 'the system refuses';
}

function urlOf(app: FastifyInstance): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
