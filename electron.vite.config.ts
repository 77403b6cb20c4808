import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

// The floor at run time is Electron 25: electron-vite would derive targets from the electron package that is installed.
const NODE_TARGET = 'node18.15';
const CHROME_TARGET = 'chrome114';
const at = (path: string): string => resolve(import.meta.dirname, path);
// Everything is bundled, so that packages that are ES modules only load too; native modules cannot be.
const NATIVE = ['@photostructure/sqlite', 'keytar'];
// Vite's own server needs an inline preamble, inline styles and a socket; the built app is served under
// the strict policy of src/main/window/app-protocol.ts.
const DEVELOPMENT_POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
  // Pictures of files come from main under our own scheme, which is another origin than the server's here.
  "img-src 'self' data: app:; " +
  "font-src 'self'; connect-src 'self' ws://localhost:* ws://127.0.0.1:*; base-uri 'none'; form-action 'none'";

export default defineConfig({
  main: {
    build: {
      target: NODE_TARGET,
      sourcemap: true,
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('src/main/index.ts') },
        external: NATIVE,
        output: { format: 'cjs', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      target: NODE_TARGET,
      // A sandboxed preload can require nothing but electron.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].js' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react()],
    server: { headers: { 'Content-Security-Policy': DEVELOPMENT_POLICY } },
    build: {
      target: CHROME_TARGET,
      // Its polyfill would fetch, which the policy refuses.
      modulePreload: { polyfill: false },
      minify: true,
      // It comes from the disk, all languages in it: nothing is won by cutting it.
      chunkSizeWarningLimit: 1000,
      rolldownOptions: { input: at('src/renderer/index.html') },
    },
  },
});
