import react from '@vitejs/plugin-react';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

// The window in an ordinary browser, with a bridge that is made up: `npx vite -c vite.renderer.config.mts`, then /dev/.
export default defineConfig({
  root: resolve(import.meta.dirname, 'src/renderer'),
  plugins: [react()],
  build: { target: 'chrome114', outDir: resolve(import.meta.dirname, 'out/renderer') },
});
