#!/usr/bin/env node
// Opens the app. Arguments go to it.
import { build } from './build.mjs';
import { electronEnvironment, ensureElectron, rootFlags } from './ensure-electron.mjs';
import { ensureLibraries, ensureModules, main, Plain, root } from './ensure-system.mjs';
import { hasDisplay, runBeside } from './with-display.mjs';

await main(async () => {
  if (!hasDisplay())
    throw new Plain(
      'There is no display to open a window on. `npm run demo` shows the app without one; `npm test` tests it.',
    );
  ensureModules();
  ensureLibraries();
  build();
  const runtime = await ensureElectron();
  return runBeside(
    runtime.program,
    [root, ...rootFlags(), ...process.argv.slice(2)],
    electronEnvironment(runtime),
  );
});
