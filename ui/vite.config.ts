import { defineConfig } from 'vite';

export default defineConfig(({ command }) => {
  // A build is for people, also when a test run (NODE_ENV=test) asked for it: otherwise Lit's development build would end up in dist.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    root: import.meta.dirname,
    // The page policy allows no data: address for scripts and connections, so small assets stay files.
    build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 400 },
    server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:2283' } },
  };
});
