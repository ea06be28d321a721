import { randomUUID } from 'node:crypto';
import {
  createConsumerConnection,
  createProducerConnection,
  createRenderQueue,
  createRenderWorker,
} from '@imagemill/queue';
import { IMPORTED_MEDIA_TYPE, originalKey } from '@imagemill/variants';
import { expect, inject, test, vi } from 'vitest';
import { startPictureServer } from '../test-support/picture-server.ts';
import { job, makeBucket, photo, renderHandler, storage } from '../test-support/render-harness.ts';
import { createDownload } from './download.ts';
import { createImportOriginal } from './import-original.ts';

/** Exponential backoff, as for missing uploads, would take minutes. */

test('twelve imports at once pass through two slots without exponential backoff', async ({ onTestFinished }) => {
  const { redisUrl } = inject('servers');
  const prefix = `import-${randomUUID()}`;
  await makeBucket();
  const server = await startPictureServer((_request, response) => response.end(photo));
  const [producer, consumer] = [createProducerConnection(redisUrl), createConsumerConnection(redisUrl)];
  await vi.waitUntil(() => producer.status === 'ready');
  const queue = createRenderQueue({ connection: producer, prefix });
  const images = Array.from({ length: 12 }, () => {
    const image = { ...job(), contentType: IMPORTED_MEDIA_TYPE };
    return { ...image, originalKey: originalKey(image), importUrl: `${server.url}/me.jpg` };
  });
  for (const image of images) await queue.add(image, 0);

  const download = createDownload({ allowPrivate: true, bytesMax: 10_000_000, timeoutMs: 10_000 });
  const importOriginal = createImportOriginal({ originals: storage, download, slotsMax: 2 });
  const handle = renderHandler({ importOriginal });
  const worker = createRenderWorker({ connection: consumer, prefix, concurrency: 4, handle, onError: () => {} });
  onTestFinished(async () => {
    await worker.close(5_000);
    producer.disconnect();
    consumer.disconnect();
    await server.close();
  });

  const statuses = () => Promise.all(images.map(async ({ imageId }) => (await queue.find(imageId))?.status));
  await vi.waitFor(async () => expect(new Set(await statuses())).toEqual(new Set(['ready'])), { interval: 200 });
});
