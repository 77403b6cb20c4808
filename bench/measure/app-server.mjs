// The application server under load: what callers wait for a token from its cache, and how often STS is asked for one.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import programs from '../../scripts/programs.cjs';
import { requestsTo } from './app.mjs';
import { load, percentile, row, say } from './figures.mjs';
import { pacedLoad } from './paced-load.mjs';
import { cpuSeconds, waitedSeconds } from './processes.mjs';

const CALLERS = 20;
const CONNECTIONS = 50;
const REQUESTS_PER_SECOND = 2000;
const WARM_UP_SECONDS = 5;
const SECONDS = 30;
const RENEWAL_SECONDS = 20;
const P99_LIMIT_MS = 20;
/** Renewed at half of it, so several times while we look. */
const TOKEN_MS = 10_000;

const tokens = Array.from({ length: CALLERS }, () => randomBytes(32).toString('hex'));
const hashOf = (token) => createHash('sha256').update(token).digest('hex');
const keyIn = (text) => /"AccessKeyId":"([^"]+)"/.exec(text)?.[1];
const asRequest = (token) => ({
  method: 'GET',
  path: '/get_sts_token',
  headers: { authorization: `Bearer ${token}` },
});

/** A sandbox and an application server for twenty callers, each with a token of an hour in the cache. */
async function withServer(folder, body) {
  const data = join(folder, 'cloud');
  mkdirSync(data, { recursive: true });
  const sandbox = await programs.launchSandbox(data, ['--discard']);
  const server = await programs.launchAppServer(sandbox.announced, 'uploads/', {
    BEARER_TOKENS_SHA256: tokens.map(hashOf).join(','),
    // What goes as fast as it can is not to be stopped by the limit for one caller.
    REQUESTS_PER_SECOND: '100000',
  });
  try {
    await eachCallersKey(server);
    return await body(server, sandbox.announced);
  } finally {
    await server.stop();
    await sandbox.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** The AccessKey ID that each caller is given now. */
async function eachCallersKey(server, headers = {}) {
  const ask = async (token) => {
    const request = asRequest(token);
    const answer = await fetch(server.announced.url + request.path, {
      headers: { ...request.headers, ...headers },
    });
    return (await answer.json()).AccessKeyId;
  };
  return Promise.all(tokens.map(ask));
}

/** Asks for tokens as fast as it goes (or in bursts once a second), each caller in turn; gives also which keys were given. */
async function ask(server, options) {
  const given = new Set();
  const requests = tokens.map((token) => ({
    ...asRequest(token),
    onResponse: (_status, text) => given.add(keyIn(text)),
  }));
  const result = await autocannon({
    url: server.announced.url,
    connections: CONNECTIONS,
    requests,
    ...options,
  });
  return { ...result, given, failed: result.non2xx + result.errors + result.timeouts };
}

/** Evenly paced requests, each caller in turn. */
async function paced(server, seconds) {
  const given = new Set();
  const pids = [server.pid, process.pid];
  const before = cpuSeconds(server.pid);
  const waitedBefore = pids.map(waitedSeconds);
  const result = await pacedLoad({
    url: server.announced.url,
    perSecond: REQUESTS_PER_SECOND,
    total: REQUESTS_PER_SECOND * seconds,
    connections: CONNECTIONS,
    requestOf: (n) => asRequest(tokens[n % CALLERS]),
    onBody: (text) => given.add(keyIn(text)),
  });
  const cores = (cpuSeconds(server.pid) - before) / result.seconds;
  const waited = pids.map((pid, at) => (waitedSeconds(pid) - waitedBefore[at]).toFixed(1));
  return { ...result, given, cores, waited };
}

async function steady(server) {
  // A server that has just started compiles its code first; the limit is for one that runs.
  await paced(server, WARM_UP_SECONDS);
  say(`${SECONDS} s at ${REQUESTS_PER_SECOND} requests/s, load ${load()}`);
  const { latencies, failed, perSecond, cores, given, waited } = await paced(server, SECONDS);
  const atShare = (share) => percentile(latencies, share).toFixed(1);
  const isWhole = failed === 0 && perSecond >= REQUESTS_PER_SECOND * 0.99 && given.size === CALLERS;
  return row(
    `/get_sts_token from cache, ${REQUESTS_PER_SECOND} requests/s`,
    `p99 < ${P99_LIMIT_MS} ms`,
    `p99 ${atShare(0.99)} ms`,
    isWhole && percentile(latencies, 0.99) < P99_LIMIT_MS,
    `p50 ${atShare(0.5)} ms, p99.9 ${atShare(0.999)} ms, max ${atShare(1)} ms; ${perSecond.toFixed(0)} requests/s, ${failed} failed; server ${(cores * 100).toFixed(0)} % of a core; ready without a core: server ${waited[0]} s, client ${waited[1]} s; load ${load()}`,
  );
}

async function fastest(server) {
  say('5 s as fast as it goes');
  const { latency, requests, failed } = await ask(server, { duration: 5 });
  return row(
    '/get_sts_token from cache, as fast as it goes',
    null,
    `${requests.average.toFixed(0)} requests/s`,
    null,
    `p99 ${latency.p99} ms, ${failed} failed, ${CONNECTIONS} connections; client and server share the cores`,
  );
}

const assumedRoles = async (sandbox) =>
  (await requestsTo(sandbox)).filter(({ operation }) => operation === 'AssumeRole').length;

/** Tokens that live ten seconds, asked for all the time: each that STS gave must have been handed out. */
async function renewals(server, sandbox) {
  const rules = [{ operation: 'AssumeRole', fault: 'short-token', ms: TOKEN_MS }];
  await fetch(`${sandbox.admin}/faults`, { method: 'POST', body: JSON.stringify(rules) });
  const before = await assumedRoles(sandbox);
  const first = await eachCallersKey(server, { 'cache-control': 'no-cache' });
  say(`${RENEWAL_SECONDS} s of tokens that live ${TOKEN_MS / 1000} s`);
  const { given, requests } = await ask(server, { overallRate: 500, duration: RENEWAL_SECONDS });
  // What was on its way when the load ended.
  const last = await eachCallersKey(server);
  const keys = new Set([...first, ...given, ...last]);
  const asked = (await assumedRoles(sandbox)) - before;
  const most = CALLERS * (RENEWAL_SECONDS / (TOKEN_MS / 2000) + 1);
  return row(
    'AssumeRole, a token lives 10 s',
    'one a renewal',
    `${asked} asked`,
    asked === keys.size && asked <= most && asked > CALLERS,
    `${keys.size} tokens for ${CALLERS} callers in ${requests.total} answers`,
  );
}

export async function measureAppServer(folder) {
  return withServer(folder, async (server, sandbox) => [
    await steady(server),
    await fastest(server),
    await renewals(server, sandbox),
  ]);
}
