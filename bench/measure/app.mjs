// The app and its cloud, as the demo starts them.
/* global window, document, requestAnimationFrame -- what runs in the page */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { electronEnvironment, ensureElectron, rootFlags } from '../../scripts/ensure-electron.mjs';
import { root } from '../../scripts/ensure-system.mjs';
import programs from '../../scripts/programs.cjs';
import { tree } from './processes.mjs';

const PREFIX = 'uploads/';

/** A destination to show where nothing is sent. */
export function profileFor(folder) {
  const file = join(folder, 'idle-profile.json');
  const authorization = { kind: 'token-server', url: 'http://127.0.0.1:9/get_sts_token' };
  const place = { region: 'cn-hangzhou', bucket: 'sandbox', endpoint: 'http://127.0.0.1:9' };
  writeFileSync(file, JSON.stringify({ name: 'Idle', prefix: PREFIX, ...place, authorization }));
  return file;
}

/** Runs `body` with a sandbox (that keeps no bytes, unless told otherwise), an application server and a profile file. */
export async function withCloud(folder, body, sandboxArgs = ['--discard']) {
  const data = join(folder, 'cloud');
  mkdirSync(data, { recursive: true });
  const sandbox = await programs.launchSandbox(data, sandboxArgs);
  const appServer = await programs.launchAppServer(sandbox.announced, PREFIX);
  const profileFile = join(folder, 'profile.json');
  const profile = programs.sandboxProfile(sandbox.announced, appServer.announced, PREFIX);
  writeFileSync(profileFile, JSON.stringify({ ...profile, conflict: 'overwrite' }));
  try {
    return await body({ sandbox: sandbox.announced, sandboxPid: sandbox.pid, profileFile });
  } finally {
    await appServer.stop();
    await sandbox.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** What a process of the runtime needs, without Playwright: program, arguments and environment. */
export async function runtimeCommand(path, userData, display, more = {}) {
  const runtime = await ensureElectron();
  return {
    program: runtime.program,
    args: [path, ...rootFlags(), `--user-data-dir=${userData}`],
    env: { ...electronEnvironment(runtime), ...display, ...more },
  };
}

/** The real app under Playwright; it is killed afterwards, for what it still had to do is not wanted. */
export async function withApp({ userData, profileFile, display }, body) {
  const { _electron } = await import('playwright');
  const more = profileFile === undefined ? {} : { OSS_FERRY_PROFILE: profileFile };
  const { program, args, env } = await runtimeCommand(root, userData, display, more);
  // Not process.getCreationTime(): Linux tells the time of its start in whole seconds, so that is off by up to one.
  const launchedAt = Date.now();
  const app = await _electron.launch({ executablePath: program, args, cwd: root, env, colorScheme: null });
  try {
    return await body(app, await app.firstWindow(), launchedAt);
  } finally {
    const gone = app.waitForEvent('close');
    for (const member of tree(app.process().pid)) killOne(member);
    await gone;
  }
}

const DEVTOOLS = /DevTools listening on (ws:\S+)/;

const devtoolsOf = (child) =>
  new Promise((done, fail) => {
    let text = '';
    child.stderr.on('data', (more) => {
      text += more;
      const url = DEVTOOLS.exec(text)?.[1];
      if (url !== undefined) done(url);
    });
    child.once('close', () => fail(new Error(`the app ended before its window stood:\n${text}`)));
  });

/**
 * The real app, driven only while `attached` runs: a debugger keeps the bodies of all answers and more, so memory is
 * measured when none is there. Killed afterwards, as above.
 */
export async function withLooseApp({ userData, profileFile, display }, body) {
  const { chromium } = await import('playwright');
  const { program, args, env } = await runtimeCommand(root, userData, display, {
    OSS_FERRY_PROFILE: profileFile,
  });
  const port = '--remote-debugging-port=0';
  const child = spawn(program, [...args, port], { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((done) => child.once('close', done));
  const devtools = await devtoolsOf(child);
  const attached = async (drive) => {
    // Electron knows nothing of the defaults that Playwright sets in a browser.
    const browser = await chromium.connectOverCDP(devtools, { noDefaults: true });
    try {
      return await drive(browser.contexts()[0].pages()[0]);
    } finally {
      await browser.close();
    }
  };
  try {
    return await body({ pid: child.pid, attached });
  } finally {
    for (const member of tree(child.pid)) killOne(member);
    await ended;
  }
}

export function killOne(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}

export const enginePid = (app) =>
  app.evaluate(
    (electron) =>
      electron.app
        .getAppMetrics()
        .find(({ name, serviceName }) => [name, serviceName].includes('OSS Ferry Engine'))?.pid,
  );

/** Waits until the page shows queue or empty view and the engine runs; gives when, in ms since the epoch. */
export const whenUsable = (page) =>
  page.evaluate(async () => {
    for (;;) {
      const reply = await window.ferry.call('queue.snapshot', {});
      const isRunning = reply.ok && reply.value.engine.kind === 'running';
      if (isRunning && document.querySelector('[data-zone=grid]') !== null) break;
      await new Promise((done) => requestAnimationFrame(done));
    }
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    const paintedAt = paint === undefined ? Date.now() : performance.timeOrigin + paint.startTime;
    return { paintedAt, usableAt: Math.max(Date.now(), paintedAt) };
  });

/** Drags paths onto the window and lets them go; gives the moment at which they were let go. */
export async function drop(page, paths) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  const send = (type) => session.send('Input.dispatchDragEvent', { type, x: 500, y: 300, data });
  await send('dragEnter');
  await send('dragOver');
  const droppedAt = Date.now();
  await send('drop');
  await session.detach();
  return droppedAt;
}

/** The sandbox's own log of requests, oldest first. */
export async function requestsTo(sandbox) {
  const text = await (await fetch(`${sandbox.admin}/requests`)).text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
