import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { longPhoto } from './test-support/photos.ts';
import { isAlive, pidsOf } from './test-support/pids.ts';
import { type RunningStack, startStack } from './test-support/running-stack.ts';
import { createSeller } from './test-support/seller.ts';

let server: Awaited<ReturnType<typeof startFauxqs>>;
let stack: RunningStack;
const bucket = `originals-${randomBytes(4).toString('hex')}`;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1' });
  server.createQueue('uploads');
  stack = await startStack({
    // Its own, which ends with the stack.
    REDIS_URL: '',
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
  await stack?.stop('SIGKILL');
  await server.stop();
});

describe('a stack whose API reads upload events from a queue', { shuffle: false }, () => {
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

  test('exits with code 1 if Redis exits, and leaves no process and no state file', async () => {
    const pids = pidsOf(stack);
    process.kill((stack.pids as typeof stack.pids & { redis: number }).redis, 'SIGKILL');
    await vi.waitUntil(() => !isAlive(stack.pids.stack));
    expect(stack.printed()).toContain('Redis exited unexpectedly (SIGKILL).');
    expect(pids.filter(isAlive)).toEqual([]);
    await expect(access(join(stack.dir, 'stack.json'))).rejects.toThrow('ENOENT');
    expect(await stack.stop()).toBe(1);
  });
});
