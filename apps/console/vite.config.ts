import { defineConfig } from 'vite';

/** The API that `pnpm dev` shows the console of; that of the local stack if not set. */
const apiUrl = process.env.IMAGEMILL_API_URL ?? 'http://127.0.0.1:8080';

/** For development alone: build/bundle-console.ts makes what is served. */
export default defineConfig({
  base: '/console/',
  server: { proxy: { '/v1': apiUrl, '/board': apiUrl, '/console/categories.json': apiUrl } },
  clearScreen: false,
});
