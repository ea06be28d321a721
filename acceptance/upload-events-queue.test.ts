import { randomBytes } from 'node:crypto';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { longPhoto } from './test-support/photos.ts';
import { runProgram } from './test-support/run-program.ts';
import { type RunningStack, startStack } from './test-support/running-stack.ts';
import { createSeller } from './test-support/seller.ts';

let server: Awaited<ReturnType<typeof startFauxqs>>;
let stack: RunningStack;
const bucket = `originals-${randomBytes(4).toString('hex')}`;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1' });
  server.createQueue('uploads');
  stack = await startStack({
    ORIGINALS_BUCKET: bucket,
    // No look at the bucket before the test is over.
    UPLOAD_CHECK_DELAY_MS: '600000',
    WORKERS: '0',
    UPLOAD_EVENTS_QUEUE_URL: `http://127.0.0.1:${server.port}/000000000000/uploads`,
    UPLOAD_EVENTS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(async () => {
  const code = await stack?.stop();
  await server.stop();
  expect(code).toBe(0);
});

test('queues an upload reported only by an SQS message, and deletes the message', async () => {
  const seller = createSeller(stack);
  const bytes = await longPhoto();
  const ticket = await seller.ticket({ bytes, category: 'product' });
  await seller.put(ticket, bytes);
  expect((await seller.image(ticket.imageId)).status).toBe('awaiting-upload');
  const s3 = { bucket: { name: bucket }, object: { key: ticket.key, size: bytes.length } };
  server.sendMessage('uploads', JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] }));
  await vi.waitUntil(async () => (await seller.image(ticket.imageId)).status === 'queued');
  const left = () => Object.values(server.inspectQueue('uploads')?.messages ?? { none: [0] }).flat();
  await vi.waitFor(() => expect(left()).toEqual([]));
});

test('an API with a missing queue exits with code 1 and reports the queue', async () => {
  const { redisUrl, s3 } = inject('servers');
  const { code, stderr } = await runProgram(['apps/api/src/main.ts'], {
    ...process.env,
    PORT: '0',
    API_KEYS: `demo:upload:${'0'.repeat(64)}`,
    CDN_BASE_URL: 'http://cdn.test',
    REDIS_URL: redisUrl,
    S3_ENDPOINT: s3.endpoint,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    UPLOAD_EVENTS_QUEUE_URL: 'http://127.0.0.1:1/000000000000/uploads',
    UPLOAD_EVENTS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('upload events queue: ') });
  expect(stderr).toContain('ECONNREFUSED');
});
