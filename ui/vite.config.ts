import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  // The page policy allows no data: address for scripts and connections, so small assets stay files.
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: true, chunkSizeWarningLimit: 400 },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:2283' } },
});
