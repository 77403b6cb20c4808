#!/usr/bin/env node
// Gives a command a display: the one that is there, else an Xvfb of its own that ends with it.
//   node scripts/with-display.mjs command [args]
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { main, Plain } from './ensure-system.mjs';

const SCREEN = '1600x1000x24';

/** Whether windows can be shown here without a display of our own. */
export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);

/** Starts Xvfb on a free number, which it tells on a pipe once it takes connections. */
async function startXvfb() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const endWithUs = () => server.kill();
  process.once('exit', endWithUs);
  const ended = new Promise((done) => server.once('close', done));
  let words = '';
  server.stderr.on('data', (bytes) => (words += bytes));
  const number = await new Promise((done, refuse) => {
    server.once('error', (error) => refuse(new Plain(`Xvfb could not be started: ${error.message}`)));
    server.once('close', () => refuse(new Plain(`Xvfb ended at once: ${words.trim()}`)));
    let told = '';
    server.stdio[3].on('data', (bytes) => {
      told += bytes;
      if (told.includes('\n')) done(told.trim());
    });
  });
  const stop = async () => {
    process.removeListener('exit', endWithUs);
    server.kill();
    await ended;
  };
  return { display: `:${number}`, stop };
}

/** Runs `body` with the variables that name a display; an Xvfb that was started for it is gone afterwards. */
export async function withDisplay(body) {
  if (hasDisplay()) return body({});
  const { display, stop } = await startXvfb();
  try {
    return await body({ DISPLAY: display });
  } finally {
    await stop();
  }
}

/** Runs a command on the terminal without blocking this process, which must stay awake for its display. */
export function runBeside(command, args, environment, options = {}) {
  return new Promise((done, refuse) => {
    const child = spawn(command, args, { stdio: 'inherit', env: environment, ...options });
    const passOn = (signal) => child.kill(signal);
    process.on('SIGINT', passOn).on('SIGTERM', passOn);
    child.once('error', (error) => refuse(new Plain(`${command} could not be started: ${error.message}`)));
    child.once('close', (code) => {
      process.off('SIGINT', passOn).off('SIGTERM', passOn);
      done(code ?? 1);
    });
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  void main(() => {
    const [command, ...args] = process.argv.slice(2);
    if (command === undefined) throw new Plain('usage: node scripts/with-display.mjs command [args]');
    return withDisplay((display) => runBeside(command, args, { ...process.env, ...display }));
  });
