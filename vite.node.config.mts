import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, resolve } from 'node:path';
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite';

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
  'faces/detector-process': 'src/main/detector-process.ts',
  'faces/detector-worker': 'src/faces/worker.ts',
};
const SHARP_WASM = '@img/sharp-wasm32/sharp.node';
const OUTSIDE = [
  '@photostructure/sqlite',
  'keytar',
  'electron',
  SHARP_WASM,
  ...builtinModules,
  ...builtinModules.map((name) => `node:${name}`),
];

/** Names of environments are plain words. */
const environmentName = (name: string): string => name.replace(/\W/g, '_');
const at = (path: string): string => resolve(import.meta.dirname, path);
const FACE_API = 'node_modules/@vladmandic/face-api/model';
const TFJS_WASM = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const NETWORKS = [
  'ssd_mobilenetv1_model',
  'tiny_face_detector_model',
  'face_landmark_68_model',
  'age_gender_model',
  'face_expression_model',
];
/** What the face detector reads when it runs; it lies beside its program, and nothing is ever fetched. */
const FACES_FILES = [
  ...NETWORKS.flatMap((name) => [`${FACE_API}/${name}.bin`, `${FACE_API}/${name}-weights_manifest.json`]),
  `${TFJS_WASM}/tfjs-backend-wasm.wasm`,
  `${TFJS_WASM}/tfjs-backend-wasm-simd.wasm`,
];
const withFacesFiles: Plugin = {
  name: 'faces-files',
  applyToEnvironment: ({ name }) => name === environmentName('faces/detector-worker'),
  generateBundle() {
    for (const file of FACES_FILES)
      this.emitFile({ type: 'asset', fileName: `faces/${basename(file)}`, source: readFileSync(at(file)) });
  },
};

/**
 * sharp's WebAssembly build on every system, in place of the native one: Electron on Linux loads the system's GLib, whose
 * names the native build's own GLib shares, and then crashes over pictures on newer systems (docs/faces.md).
 */
const wasmSharp: Plugin = {
  name: 'wasm-sharp',
  enforce: 'pre',
  resolveId(source, importer) {
    const isLoader = source === './sharp.mjs' && importer?.includes('/node_modules/sharp/dist/') === true;
    return isLoader ? { id: SHARP_WASM, external: true } : null;
  },
};

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
      input: { [name]: at(source) },
      output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: `${name}-[name]-[hash].js` },
    },
  },
});

export default defineConfig({
  plugins: [withFacesFiles, wasmSharp],
  resolve: {
    alias: {
      // The metapackage brings 286 MB of backends and layers; what the networks use of it is in our shim.
      '@tensorflow/tfjs': at('src/faces/tfjs.ts'),
      'node-fetch': at('src/faces/no-fetch.ts'),
    },
  },
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
