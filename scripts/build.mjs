#!/usr/bin/env node
// Builds everything into out/: main, preload and renderer by electron-vite, the programs for plain Node by vite.
// Nothing is done when nothing changed since the last build; --force builds all the same.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureModules, main, Plain, root, run } from './ensure-system.mjs';

const CONFIGURATION = [
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
  'vite.node.config.mts',
  'tsconfig',
];
const stamp = join(root, 'out', '.inputs');

function filesOf(path) {
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const inner = join(path, entry.name);
    return entry.isDirectory() ? filesOf(inner) : [inner];
  });
}

/** One hash over the names and bytes of all that a build reads. */
function fingerprint() {
  const hash = createHash('sha256');
  const inputs = [...CONFIGURATION, 'src'].map((name) => join(root, name));
  for (const input of inputs) {
    const files = input.endsWith('tsconfig') || input.endsWith('src') ? filesOf(input) : [input];
    for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** Leaves a fresh build in out/; throws when a part of it fails. */
export function build({ force = false } = {}) {
  const inputs = fingerprint();
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return;
  rmSync(join(root, 'out'), { recursive: true, force: true });
  const node = (tool, ...args) => run(process.execPath, [join(root, 'node_modules', tool), ...args]);
  const window = node('electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn');
  if (window !== 0) throw new Plain('The build of the window failed; see above.');
  const programs = node(
    'vite/bin/vite.js',
    'build',
    '--app',
    '-c',
    'vite.node.config.mts',
    '--logLevel',
    'warn',
  );
  if (programs !== 0) throw new Plain('The build of the programs failed; see above.');
  writeFileSync(stamp, inputs);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  void main(() => {
    ensureModules();
    build({ force: process.argv.includes('--force') });
  });
