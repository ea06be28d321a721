import { defineConfig } from 'vite';

/** The API that `pnpm dev` uses; by default that of the local stack. */
const apiUrl = process.env.IMAGEMILL_API_URL ?? 'http://127.0.0.1:8080';

/** For development only: build/bundle-console.ts builds the console that is served. */
export default defineConfig({
  base: '/console/',
  server: { proxy: { '/v1': apiUrl, '/board': apiUrl, '/console/settings.json': apiUrl } },
  clearScreen: false,
});
