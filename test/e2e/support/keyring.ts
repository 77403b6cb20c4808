/** A session bus and a keyring of a test's own, as a desktop has them: unlocked, or locked and asking for its password. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(__dirname, '../../..');
const PASSWORD = 'throw-away';
const SERVICE = 'OSS Ferry';

/** No bus at all, whatever the desktop of the developer has. */
export const NO_BUS = { DBUS_SESSION_BUS_ADDRESS: 'disabled:' };

export interface Keyring {
  /** For the app. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the keyring holds of us, by account. Only while it is unlocked. */
  entries(): Readonly<Record<string, string>>;
  /** Types the password, as a person would in the system's dialog. */
  unlock(): void;
  stop(): Promise<void>;
}

/** Starts a bus below `folder`; the same folder is the same keyring. */
export async function startKeyring(folder: string, mood: 'unlocked' | 'locked'): Promise<Keyring> {
  const at = (name: string): string => {
    const path = join(folder, 'keyring', name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const home = {
    HOME: at('home'),
    XDG_RUNTIME_DIR: at('run'),
    XDG_DATA_HOME: at('data'),
    XDG_CONFIG_HOME: at('config'),
    XDG_CACHE_HOME: at('cache'),
  };
  at('data/keyrings');
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
    env: { ...process.env, ...home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const address = await firstLine(bus);
  const environment = { DBUS_SESSION_BUS_ADDRESS: address };
  const env = { ...process.env, ...home, ...environment };
  /** Returns once it has the name on the bus; it goes to the background and ends with the bus. */
  const unlock = (): void => {
    const words = ['--unlock', '--components=secrets'];
    const input = `${PASSWORD}\n`;
    const { status } = spawnSync('gnome-keyring-daemon', words, { env, input, timeout: 10_000 });
    if (status !== 0) throw new Error(`gnome-keyring-daemon ended with ${String(status)}`);
  };
  if (mood === 'unlocked') unlock();
  return {
    environment,
    entries: () => entriesOf(env),
    unlock: () => {
      // The one that the bus started waits for a dialog that no test can type into.
      killKeyringsOf(home.XDG_RUNTIME_DIR);
      unlock();
    },
    stop: async () => {
      await ended(bus);
      killKeyringsOf(home.XDG_RUNTIME_DIR);
    },
  };
}

/** Ends the keyring daemons that were started for this folder, and no others. */
function killKeyringsOf(runtimeFolder: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const isKeyring = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('gnome-keyring-daemon');
      const variables = isKeyring ? readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0') : [];
      if (variables.includes(`XDG_RUNTIME_DIR=${runtimeFolder}`)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended while we looked.
    }
  }
}

function firstLine(program: ChildProcess): Promise<string> {
  return new Promise((done, refuse) => {
    if (program.stdout === null) throw new Error('there is no pipe');
    createInterface({ input: program.stdout }).once('line', done);
    program.once('close', (code) => refuse(new Error(`it ended with ${code} before it was ready`)));
  });
}

function ended(program: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (program.exitCode !== null) {
      done();
      return;
    }
    program.once('close', () => done());
    program.kill();
  });
}

/** Read by keytar in a process of plain Node. */
function entriesOf(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const script = `require('keytar').findCredentials(${JSON.stringify(SERVICE)}).then((found) =>
    process.stdout.write(JSON.stringify(Object.fromEntries(found.map((one) => [one.account, one.password])))))`;
  const read = spawnSync(process.execPath, ['-e', script], {
    cwd: root,
    env,
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (read.status !== 0) throw new Error(`the keyring cannot be read: ${read.stderr}`);
  return JSON.parse(read.stdout) as Record<string, string>;
}
