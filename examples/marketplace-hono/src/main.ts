import { serve } from '@hono/node-server';
import { createImagemill } from '@imagemill/client';
import { createApp } from './app.ts';
import { bundleClient } from './bundle-client.ts';
import { readEnv } from './env.ts';
import { createImagemillProxy } from './imagemill-proxy.ts';
import { openProducts } from './products.ts';

const { IMAGEMILL_URL: baseUrl, IMAGEMILL_KEY: apiKey, DATABASE_FILE, PORT: port } = readEnv();
const products = openProducts(DATABASE_FILE);
const app = createApp({
  imagemill: createImagemill({ baseUrl, apiKey }),
  products,
  imagemillProxy: createImagemillProxy(baseUrl, apiKey),
  scripts: {
    '/imagemill.js': await bundleClient('@imagemill/client'),
    '/imagemill-messages.js': await bundleClient('@imagemill/client/messages'),
  },
});

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (address) => {
  console.log(`marketplace: http://127.0.0.1:${address.port}/`);
});

const stop = () => server.close(() => products.close());
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
