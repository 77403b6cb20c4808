// Stands in for Electron's own default_app, which the runtime of ensure-electron.mjs lacks: it makes
// `electron [-r module] [flags] <folder>` work. Playwright needs -r. It must not set userData: --user-data-dir does.
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, resolve } = require('node:path');
const { app } = require('electron');

const given = process.argv.slice(1);
const modules = [];
let target;
while (given.length > 0 && target === undefined) {
  const word = given.shift();
  if (word === '-r' || word === '--require') modules.push(given.shift());
  else if (word === '-v' || word === '--version') {
    console.log(`v${process.versions.electron}`);
    process.exit(0);
  } else if (!word.startsWith('-')) target = word;
}
if (modules.length > 0) Module._preloadModules(modules);
if (target === undefined) {
  console.error('usage: electron <folder of the app>');
  process.exit(1);
}

Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
const folder = resolve(target);
const manifest = join(folder, 'package.json');
if (existsSync(manifest)) {
  const { name, productName, version, desktopName } = JSON.parse(readFileSync(manifest, 'utf8'));
  if (version) app.setVersion(version);
  if (productName || name) app.name = productName || name;
  app.setDesktopName(desktopName || `${app.name}.desktop`);
}
const file = Module._resolveFilename(folder, null, true);
app.setAppPath(existsSync(manifest) ? folder : dirname(file));
Module._load(folder, Module, true);
