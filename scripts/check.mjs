#!/usr/bin/env node
// The gate: types, import rules, cycles, format, dead code, unit and contract tests. All run, whatever fails before.
import { ensureModules, main, run } from './ensure-system.mjs';

const STEPS = ['typecheck', 'lint', 'cycles', 'format:check', 'knip', 'test:unit'];

await main(() => {
  ensureModules();
  const results = STEPS.map((step) => {
    const startedAt = performance.now();
    process.stdout.write(`\n== ${step}\n`);
    const isGood = run('npm', ['run', '--silent', step]) === 0;
    return { step, isGood, seconds: (performance.now() - startedAt) / 1000 };
  });
  process.stdout.write('\n');
  for (const { step, isGood, seconds } of results)
    process.stdout.write(`${isGood ? 'ok    ' : 'FAILED'} ${step.padEnd(13)} ${seconds.toFixed(1)} s\n`);
  return results.every(({ isGood }) => isGood) ? 0 : 1;
});
