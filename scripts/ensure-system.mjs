#!/usr/bin/env node
// Brings what a fresh machine lacks: node_modules and, for the window, the system's libraries and a display server.
// As root on Debian or Ubuntu it installs packages; otherwise it prints the one command to run and ends.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const isWindows = process.platform === 'win32';

/** What Electron links against or opens at run time, and the Debian package that has it. */
const LIBRARIES = {
  'libgtk-3.so.0': 'libgtk-3-0',
  'libnss3.so': 'libnss3',
  'libgbm.so.1': 'libgbm1',
  'libasound.so.2': 'libasound2',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libatspi.so.0': 'libatspi2.0-0',
  'libcups.so.2': 'libcups2',
  'libdrm.so.2': 'libdrm2',
  'libxkbcommon.so.0': 'libxkbcommon0',
  'libXcomposite.so.1': 'libxcomposite1',
  'libXdamage.so.1': 'libxdamage1',
  'libXfixes.so.3': 'libxfixes3',
  'libXrandr.so.2': 'libxrandr2',
  'libXss.so.1': 'libxss1',
  'libXtst.so.6': 'libxtst6',
  'libsecret-1.so.0': 'libsecret-1-0',
};
/** Without these, names in Chinese, Japanese or emoji are boxes in screenshots. Wanted, never demanded. */
const FONTS = ['fonts-noto-cjk', 'fonts-noto-color-emoji', 'fonts-inter', 'fonts-dejavu-core'];

/** A problem with one sentence for the person at the terminal; no stack is wanted. */
export class Plain extends Error {}

/** Runs the body of a script: a plain problem is said in words, anything else keeps its stack. Ends the process. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Plain ? error.message : (error?.stack ?? String(error))}\n`);
    process.exitCode = 1;
  }
}

/** Runs a command with the terminal's own output; gives its exit code. */
export function run(command, args, environment = process.env) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: environment,
    shell: isWindows,
  });
  if (result.error !== undefined) throw new Plain(`${command} could not be started: ${result.error.message}`);
  return result.status ?? 1;
}

/** Whether every package stands in node_modules in the version that package-lock.json names. */
function modulesAreFresh() {
  // npm writes this file last, so a broken-off installation has none.
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const there = packagesOf(installed);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, wanted]) => path === '' || wanted.optional === true || there[path]?.version === wanted.version,
  );
}

/** Installs node_modules when it is missing, was left half done, or is not what package-lock.json says. */
export function ensureModules() {
  if (modulesAreFresh()) return;
  process.stderr.write('[setup] npm ci\n');
  // The runtime is fetched by ensure-electron.mjs, which has a second source where the first is out of reach.
  const environment = { ...process.env, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' };
  const code = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], environment);
  if (code !== 0) throw new Plain(`npm ci ended with ${code}; see its message above.`);
}

/** Whether a program of this name is on the PATH. */
export function hasProgram(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

function missingLibraries() {
  const known = spawnSync(hasProgram('ldconfig') ? 'ldconfig' : '/sbin/ldconfig', ['-p'], {
    encoding: 'utf8',
  });
  if (known.status !== 0) return [];
  return Object.entries(LIBRARIES)
    .filter(([library]) => !known.stdout.includes(`\t${library} `))
    .map(([, name]) => name);
}

/** A keyring and its bus, for the tests of the keychain. */
const KEYRING = { 'dbus-daemon': 'dbus-x11', 'gnome-keyring-daemon': 'gnome-keyring' };

/** Makes sure that the tests of the keychain have one. Linux alone needs it: elsewhere the system has its own. */
export function ensureKeyring() {
  if (process.platform !== 'linux') return;
  const missing = Object.entries(KEYRING)
    .filter(([program]) => !hasProgram(program))
    .map(([, name]) => name);
  if (missing.length === 0) return;
  if (!hasProgram('apt-get'))
    throw new Plain(`The tests of the keychain need, in Debian's words: ${missing.join(' ')}. Install that.`);
  if (process.getuid?.() !== 0)
    throw new Plain(
      `The tests of the keychain need a keyring. Run this once, then again what you ran:\n` +
        `  sudo apt-get install -y ${missing.join(' ')}`,
    );
  install(missing, []);
}

function missingFonts() {
  return FONTS.filter((name) => {
    const answer = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
    return !answer.stdout.includes('install ok installed');
  });
}

/** Newer Ubuntu releases renamed libraries for 64-bit time: libgtk-3-0t64. */
function packageName(name) {
  const renamed = spawnSync('apt-cache', ['show', `${name}t64`], { encoding: 'utf8' });
  return renamed.status === 0 && renamed.stdout !== '' ? `${name}t64` : name;
}

/** Makes sure that Electron can run here: its libraries, fonts, and Xvfb where there is no display. Linux alone needs it. */
export function ensureLibraries() {
  if (process.platform !== 'linux') return;
  const hasDisplay = Boolean(process.env.DISPLAY);
  const needed = missingLibraries();
  if (!hasDisplay && !hasProgram('Xvfb')) needed.push('xvfb');
  const isDebian = hasProgram('apt-get') && hasProgram('dpkg-query');
  const fonts = isDebian ? missingFonts() : [];
  const isRoot = process.getuid?.() === 0;
  if (needed.length === 0 && (fonts.length === 0 || !isRoot)) return;
  if (!isDebian)
    throw new Plain(
      `This system lacks what Electron needs; in Debian's words: ${needed.join(' ')}. Install that.`,
    );
  if (!isRoot)
    throw new Plain(
      `Run this once, then again what you ran:\n  sudo apt-get install -y ${[...needed, ...fonts].join(' ')}`,
    );
  install(needed, fonts);
}

/** `wanted` may fail. */
function install(needed, wanted) {
  process.stderr.write(`[setup] apt-get install ${[...needed, ...wanted].join(' ')}\n`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => run('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], environment);
  apt('update');
  const get = (names) =>
    names.length === 0 || apt('install', '-y', '--no-install-recommends', ...names) === 0;
  if (!get(needed.map(packageName)))
    throw new Plain(`apt-get could not install all of ${needed.join(' ')}; see its message above.`);
  if (!get(wanted)) process.stderr.write(`[setup] not all of this is to be had here: ${wanted.join(' ')}\n`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  void main(() => {
    ensureModules();
    ensureLibraries();
  });
