import { builtinModules } from 'node:module';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

// The programs that run under plain Node: the command, the application server, the sandbox.
// `@alicloud/*` and packages that are ES modules only are bundled, native modules stay outside.
const NATIVE = ['@photostructure/sqlite', 'keytar'];

const PROGRAMS = {
  'cli/oss-ferry': 'src/cli/main.ts',
  'app-server/main': 'src/app-server/main.ts',
  'sandbox/main': 'src/sandbox/main.ts',
};
const input = Object.fromEntries(
  Object.entries(PROGRAMS)
    .map(([name, source]) => [name, resolve(import.meta.dirname, source)] as const)
    .filter(([, source]) => existsSync(source)),
);

export default defineConfig({
  build: {
    ssr: true,
    target: 'node18.15',
    outDir: 'out',
    emptyOutDir: false,
    sourcemap: true,
    rolldownOptions: {
      input,
      output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
    },
  },
  ssr: {
    noExternal: true,
    external: [...NATIVE, ...builtinModules, ...builtinModules.map((m) => `node:${m}`)],
  },
});
