import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { defineConfig, type EnvironmentOptions } from 'vite';

// Programs that run without a window: the engine's process, the keychain's, the command, the application server, the sandbox.
// Each is built by itself into files of its own. Built together, the bundler would put what two of them need into
// one of the two, and starting the one would run the other.
// `@alicloud/*` and packages that are ES modules only are bundled, native modules stay outside.
const PROGRAMS = {
  'engine/engine-process': 'src/main/engine-process.ts',
  'keychain/keychain-process': 'src/main/keychain-process.ts',
  'cli/oss-ferry': 'src/cli/main.ts',
  'app-server/main': 'src/app-server/main.ts',
  'sandbox/main': 'src/sandbox/main.ts',
};
const OUTSIDE = [
  '@photostructure/sqlite',
  'keytar',
  'electron',
  ...builtinModules,
  ...builtinModules.map((name) => `node:${name}`),
];

const program = (name: string, source: string): EnvironmentOptions => ({
  consumer: 'server',
  resolve: { noExternal: true, external: OUTSIDE },
  build: {
    ssr: true,
    target: 'node18.15',
    outDir: 'out',
    emptyOutDir: false,
    sourcemap: true,
    rolldownOptions: {
      input: { [name]: resolve(import.meta.dirname, source) },
      output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: `${name}-[name]-[hash].js` },
    },
  },
});

/** Names of environments are plain words. */
const environmentName = (name: string): string => name.replace(/\W/g, '_');

export default defineConfig({
  environments: Object.fromEntries(
    Object.entries(PROGRAMS).map(([name, source]) => [environmentName(name), program(name, source)]),
  ),
  builder: {
    // Vite has environments of its own (client, ssr), for which there is nothing to build.
    buildApp: async (builder) => {
      for (const name of Object.keys(PROGRAMS)) {
        const environment = builder.environments[environmentName(name)];
        if (environment !== undefined) await builder.build(environment);
      }
    },
  },
});
