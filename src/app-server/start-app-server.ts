import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createPublicKeys } from './callback/public-keys';
import { systemClock, type Clock } from './clock';
import { createPrincipals } from './http/principals';
import { createHttpServer } from './http/create-http-server';
import { createJwtVerifier } from './http/jwt';
import { createRequestLimit } from './http/request-limit';
import { sendProblem } from './http/send-problem';
import { isLoopbackHost } from './loopback';
import { createMetrics, type Metrics } from './metrics';
import { problem, StartProblem } from './problem';
import { addCallback } from './routes/callback';
import { addGetPostPolicy } from './routes/get-post-policy';
import { addGetStsToken } from './routes/get-sts-token';
import { addHealth } from './routes/health';
import { addMetrics } from './routes/metrics';
import { addNotice } from './routes/callback-replay';
import { addPages, addPageSettings } from './routes/pages';
import { addSignUploadUrl } from './routes/sign-upload-url';
import { readSettings, type Environment, type Settings } from './settings';
import { createAssumeRole, policyFor, STS_TIMEOUTS, type StsTimeouts } from './sts/assume-role';
import { createTokenCache, type TokenCache } from './tokens/token-cache';

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
  if (settings.staticTokens.length === 0 && settings.jwt === null && !isLoopbackHost(host))
    throw new StartProblem(
      `The variable BEARER_TOKENS_SHA256 is missing: to listen on ${host} it must hold the SHA-256 of each token that may ask (or users come with a JWT: JWT_JWKS_URL).`,
      2,
    );
  refuseUnsayablePrefix(settings);
  const clock = options.clock ?? systemClock;
  const metrics = createMetrics();
  const app = createHttpServer(settings.log);
  metrics.watchRequests(app);
  addHealth(app);
  addMetrics(app, settings, metrics);
  addCallback(app, createPublicKeys(settings.callback.keyOrigins, clock), metrics);
  if (settings.pages) addPages(app, settings);
  const tokens = tokensFor(settings, clock, metrics, options);
  await addGuardedRoutes(app, { settings, tokens, clock, metrics });
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

function tokensFor(
  settings: Settings,
  clock: Clock,
  metrics: Metrics,
  options: AppServerOptions,
): TokenCache {
  const issuer = createAssumeRole(settings, options.stsTimeouts ?? STS_TIMEOUTS);
  return createTokenCache(metrics.watchIssuer(issuer), clock);
}

interface Guarded {
  readonly settings: Settings;
  readonly tokens: TokenCache;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Everything that gives something away sits behind the caller check and the caller's request limit. */
async function addGuardedRoutes(
  app: FastifyInstance,
  { settings, tokens, clock, metrics }: Guarded,
): Promise<void> {
  const { staticTokens, jwt, prefix } = settings;
  const verifyJwt = jwt === null ? null : createJwtVerifier(jwt, prefix);
  const callers = createPrincipals({ staticTokens, verifyJwt, prefix });
  const limit = createRequestLimit(clock, settings.requestsPerSecond);
  await app.register((guarded, _options, done) => {
    guarded.addHook('onRequest', async (request, reply) => {
      const caller = await callers(request.headers);
      if (!caller.ok) return sendProblem(reply, caller.problem);
      request.caller = caller.value;
      const retryAfterSeconds = limit.retryAfterSeconds(caller.value.name);
      if (retryAfterSeconds === null) return undefined;
      const words = 'Too many requests; come again later.';
      return sendProblem(reply, problem('TooManyRequests', words, { retryAfterSeconds }));
    });
    addGetStsToken(guarded, tokens);
    addGetPostPolicy(guarded, settings, tokens);
    addSignUploadUrl(guarded, settings, tokens);
    addNotice(guarded, settings, tokens, metrics);
    if (settings.pages) addPageSettings(guarded, settings);
    done();
  });
}

/** Said at the start and not to the first client: where no session policy can say a prefix, nobody gets a token. */
function refuseUnsayablePrefix(settings: Settings): void {
  const ofTokens = settings.staticTokens.map(({ prefix }) => ['BEARER_TOKENS_SHA256', prefix] as const);
  for (const [name, prefix] of [['OSS_PREFIX', settings.prefix] as const, ...ofTokens]) {
    const policy = policyFor(settings, prefix ?? '');
    if (policy.ok) continue;
    // Bucket and project are too plain for it to fail on them.
    const why = policy.fault.message.replace(/^./, (letter) => letter.toLowerCase());
    throw new StartProblem(`The variable ${name} is wrong: ${why}`, 2);
  }
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
