import type { HttpBindings } from '@imagemill/http';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { health } from './health.ts';

const backends = {
  connection: {} as Parameters<typeof health>[1]['connection'],
  originals: { probe: async () => {} },
  cdn: { probe: async () => {} },
};

test.each([
  [{ off: [] }, { status: 'ok' }],
  [
    { off: [], faces: 'onnxruntime-web' },
    { status: 'ok', faces: 'onnxruntime-web' },
  ],
  [{ off: ['face detection'] }, { status: 'ok', off: ['face detection'] }],
])('is healthy with the capabilities %j, and lists them', async (capabilities, body) => {
  const app = new Hono<HttpBindings>();
  health(app, { ...backends, ...capabilities });
  const response = await app.request('/healthz');
  expect([response.status, await response.json()]).toEqual([200, body]);
});
