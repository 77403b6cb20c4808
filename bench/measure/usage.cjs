// Loaded before a program: when it ends, writes what it used to the file that BENCH_USAGE names.
const { writeFileSync } = require('node:fs');

process.once('exit', () => {
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  const usage = { cpuSeconds: (user + system) / 1e6, peakRss: maxRSS * 1024 };
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usage));
});
