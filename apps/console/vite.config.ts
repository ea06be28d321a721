import { defineConfig } from 'vite';

/** The API that `pnpm dev` shows the console of; that of the local stack if not set. */
const apiUrl = process.env.IMAGEMILL_API_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  build: {
    target: 'es2022',
    // The page's policy has no room for inline data, and no need of it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': apiUrl, '/board': apiUrl, '/console/categories.json': apiUrl } },
  clearScreen: false,
});
