#!/usr/bin/env node
// The app with live reload, on a sandbox of its own that keeps its objects in node_modules/.cache/dev-cloud.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { electronEnvironment, ensureElectron } from './ensure-electron.mjs';
import { ensureLibraries, ensureModules, main, root } from './ensure-system.mjs';
import { launchAppServer, launchSandbox, sandboxProfile } from './programs.cjs';
import { runBeside, withDisplay } from './with-display.mjs';

const PREFIX = 'uploads/';

await main(async () => {
  ensureModules();
  ensureLibraries();
  build();
  // Vite builds main anew in its own way from here on: the next build must not be skipped.
  rmSync(join(root, 'out', '.inputs'), { force: true });
  const runtime = electronEnvironment(await ensureElectron());
  const folder = join(root, 'node_modules', '.cache', 'dev-cloud');
  mkdirSync(folder, { recursive: true });
  const sandbox = await launchSandbox(folder);
  try {
    const appServer = await launchAppServer(sandbox.announced, PREFIX);
    try {
      const profile = join(folder, 'profile.json');
      writeFileSync(
        profile,
        JSON.stringify(sandboxProfile(sandbox.announced, appServer.announced, PREFIX), null, 2),
      );
      process.stderr.write(`[dev] sandbox ${sandbox.announced.oss}, admin ${sandbox.announced.admin}\n`);
      const vite = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
      return await withDisplay((display) =>
        runBeside(
          process.execPath,
          [vite, 'dev', '--watch', '--', `--user-data-dir=${join(folder, 'user-data')}`],
          { ...runtime, ...display, OSS_FERRY_PROFILE: profile },
          { cwd: root },
        ),
      );
    } finally {
      await appServer.stop();
    }
  } finally {
    await sandbox.stop();
  }
});
