import type { AddressInfo } from 'node:net';
import { createImagemill } from '@imagemill/client';
import { createApp } from './app.ts';
import { readEnv } from './env.ts';
import { openUsers } from './users.ts';

const env = readEnv();
const users = openUsers(env.DATABASE_FILE);
const imagemill = createImagemill({ baseUrl: env.IMAGEMILL_URL, apiKey: env.IMAGEMILL_KEY });
const webhook = { secret: env.WEBHOOK_SECRET, patienceSeconds: env.WEBHOOK_PATIENCE_SECONDS };

const server = createApp(imagemill, users, webhook).listen(env.PORT, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`onboarding: http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

const stop = () => server.close(() => users.close());
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
