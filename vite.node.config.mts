import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

// The programs that run under plain Node: the command, the application server, the sandbox.
// `@alicloud/*` and packages that are ES modules only are bundled, native modules stay outside.
const NATIVE = ['@photostructure/sqlite', 'keytar'];

export default defineConfig({
  build: {
    ssr: true,
    target: 'node18.15',
    outDir: 'out',
    emptyOutDir: false,
    sourcemap: true,
    rolldownOptions: {
      input: {
        'cli/oss-ferry': resolve(import.meta.dirname, 'src/cli/main.ts'),
        'app-server/main': resolve(import.meta.dirname, 'src/app-server/main.ts'),
        'sandbox/main': resolve(import.meta.dirname, 'src/sandbox/main.ts'),
      },
      output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
    },
  },
  ssr: {
    noExternal: true,
    external: [...NATIVE, ...builtinModules, ...builtinModules.map((m) => `node:${m}`)],
  },
});
