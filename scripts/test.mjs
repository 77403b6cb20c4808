#!/usr/bin/env node
// All tests: unit and contract, integration, then the real window.
//   npm test                                    everything
//   npm test -- integration                     one circle or more of: unit integration e2e
//   npm test -- e2e test/e2e/window.spec.ts     what is no circle goes to the runner
import { join } from 'node:path';
import { build } from './build.mjs';
import { electronEnvironment, ensureElectron } from './ensure-electron.mjs';
import { ensureKeyring, ensureLibraries, ensureModules, main, root, run } from './ensure-system.mjs';
import { runBeside, withDisplay } from './with-display.mjs';

const CIRCLES = ['unit', 'integration', 'e2e'];

const vitest = (circle, rest) =>
  run(process.execPath, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    circle,
    '--passWithNoTests',
    ...rest,
  ]);

async function windowTests(rest) {
  const runtime = electronEnvironment(await ensureElectron());
  const playwright = join(root, 'node_modules/@playwright/test/cli.js');
  return withDisplay((display) =>
    runBeside(process.execPath, [playwright, 'test', ...rest], { ...runtime, ...display }, { cwd: root }),
  );
}

await main(async () => {
  const given = process.argv.slice(2);
  const named = CIRCLES.filter((circle) => given.includes(circle));
  const circles = named.length === 0 ? CIRCLES : named;
  const rest = given.filter((word) => !CIRCLES.includes(word));
  ensureModules();
  if (circles.includes('e2e')) {
    ensureLibraries();
    ensureKeyring();
  }
  build();
  const failed = [];
  for (const circle of circles) {
    process.stdout.write(`\n== ${circle}\n`);
    const code = circle === 'e2e' ? await windowTests(rest) : vitest(circle, rest);
    if (code !== 0) failed.push(circle);
  }
  process.stdout.write(
    failed.length === 0 ? `\nok: ${circles.join(', ')}\n` : `\nFAILED: ${failed.join(', ')}\n`,
  );
  return failed.length === 0 ? 0 : 1;
});
