import { once } from 'node:events';
import { createProducerConnection, createRenderQueue, type RenderQueue } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import {
  type Format,
  ImageId,
  loadCategories,
  type OriginalMediaType,
  originalKey,
  renditionKey,
  Tenant,
} from '@imagemill/variants';
import pLimit from 'p-limit';
import { v7 as uuidv7 } from 'uuid';
import type { Stage } from './contenders.ts';
import { CATEGORY } from './settings.ts';

const HOUR_MS = 3600_000;
const UPLOADS_AT_ONCE = 4;

export type Placed = Pick<RenderImage, 'imageId' | 'originalKey'>;

export interface Images {
  /** Uploads an original under as many ids, whose jobs wait for a worker that does not exist. */
  place(count: number, bytes: Uint8Array, contentType: OriginalMediaType, category?: string): Promise<Placed[]>;
  /** The key of a planned rendition. */
  keyOf(image: Placed, variant: string, format: Format, category?: string): string;
  /** The one that the edge renders. */
  revisionOf(category?: string): string;
  close(): void;
}

/** Images as tickets and uploads leave them, before any worker has seen them. */
export async function openImages({ redisUrl, queuePrefix, setsFile, originals }: Stage): Promise<Images> {
  const connection = createProducerConnection(redisUrl);
  if (connection.status !== 'ready') await once(connection, 'ready');
  const queue = createRenderQueue({ connection, prefix: queuePrefix });
  const { default: sets } = await import(setsFile, { with: { type: 'json' } });
  const categories = await loadCategories(sets);
  const slot = pLimit(UPLOADS_AT_ONCE);
  const revisionOf = (category = CATEGORY) => categories.get(category)?.revision ?? '';
  return {
    place: (count, bytes, contentType, category = CATEGORY) =>
      Promise.all(
        Array.from({ length: count }, () => slot(() => placeOne(queue, originals, { bytes, contentType, category }))),
      ),
    keyOf({ imageId }, variant, format, category = CATEGORY) {
      return renditionKey({ imageId, revision: revisionOf(category), visibility: 'public', variant, format });
    },
    revisionOf,
    close: () => connection.disconnect(),
  };
}

async function placeOne(
  queue: RenderQueue,
  originals: Stage['originals'],
  photo: { bytes: Uint8Array; contentType: OriginalMediaType; category: string },
): Promise<Placed> {
  const { bytes, contentType, category } = photo;
  const address = { tenant: Tenant.parse('bench'), category, imageId: ImageId.parse(uuidv7()), contentType };
  const image: RenderImage = {
    ...address,
    originalKey: originalKey(address),
    metadata: {},
    createdAt: new Date().toISOString(),
    uploadExpiresAt: new Date(Date.now() + HOUR_MS).toISOString(),
  };
  await queue.add(image, HOUR_MS);
  await originals.put({ key: image.originalKey, body: bytes, contentType, cacheControl: 'private' });
  return image;
}
