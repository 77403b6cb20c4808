// Starts the programs of out/ that announce themselves with one line of JSON (sandbox, application server).
// CommonJS, because Playwright's tests load it too.
const { spawn } = require('node:child_process');
const { join, resolve } = require('node:path');
const { createInterface } = require('node:readline');

const root = resolve(__dirname, '..');
const STOP_LIMIT_MS = 5000;

/**
 * Starts `node <file under the project>` and waits for its first line, which must be JSON.
 * Gives what it said and how to stop it. It does not outlive this process.
 */
async function launchProgram(file, args = [], environment = {}) {
  const child = spawn(process.execPath, [join(root, file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const ended = new Promise((done) => child.once('close', done));
  let words = '';
  child.stderr.on('data', (bytes) => (words = (words + bytes).slice(-4000)));
  const announced = await new Promise((done, refuse) => {
    child.once('error', refuse);
    child.once('close', (code) =>
      refuse(new Error(`${file} ended with ${code} before it listened: ${words.trim()}`)),
    );
    createInterface({ input: child.stdout }).once('line', (line) => {
      try {
        done(JSON.parse(line));
      } catch {
        refuse(new Error(`${file} did not begin with a line of JSON: ${line.slice(0, 200)}`));
      }
    });
  }).catch((error) => {
    endWithUs();
    throw error;
  });
  child.stdout.resume();
  const stop = async () => {
    process.removeListener('exit', endWithUs);
    child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(limit);
  };
  return { announced, pid: child.pid, stop };
}

/** The local cloud, storing under `folder`. */
const launchSandbox = (folder, args = []) =>
  launchProgram('out/sandbox/main.js', ['--data', folder, '--port', '0', '--json', ...args]);

/** The application server, handing out the role of a running sandbox for keys below `prefix`. */
const launchAppServer = (sandbox, prefix, environment = {}) =>
  launchProgram('out/app-server/main.js', ['--port', '0', '--json'], {
    ALIBABA_CLOUD_ACCESS_KEY_ID: sandbox.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: sandbox.accessKeySecret,
    ROLE_ARN: sandbox.roleArn,
    ROLE_SESSION_NAME: 'oss-ferry',
    OSS_BUCKET: sandbox.bucket,
    OSS_REGION: sandbox.region,
    OSS_PREFIX: prefix,
    OSS_ENDPOINT: sandbox.oss,
    STS_ENDPOINT: sandbox.sts,
    ...environment,
  });

/** A profile as the CLI and the app read it, for a running sandbox and application server. */
const sandboxProfile = (sandbox, appServer, prefix) => ({
  name: 'Sandbox',
  region: sandbox.region,
  bucket: sandbox.bucket,
  prefix,
  endpoint: sandbox.oss,
  addressing: 'virtual-host',
  authorization: { kind: 'token-server', url: `${appServer.url}/get_sts_token` },
});

module.exports = { launchProgram, launchSandbox, launchAppServer, sandboxProfile };
