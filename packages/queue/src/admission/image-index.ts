import { ImageId, type Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { execute, translateRedisErrors } from '../connection/redis-errors.ts';

/**
 * A tenant's images by age, in sorted sets with one common score. Redis orders members of the same score by their bytes, and
 * a UUIDv7 starts with its time. There is one set for all images and one for each category.
 *
 *     ticket ─► added to both sets (by the admission script) ─► image deleted or gone ─► removed from both
 *
 * The index contains only ids; the job or the manifest describes the image. An extra entry is harmless, and the reconciler
 * adds missing ones.
 */
export interface ImageIndex {
  /** Newest first. Every method throws QueueUnavailableError. */
  list(tenant: Tenant, page: IndexPage): Promise<ImageId[]>;
  /** Images that are missing from the index. Ignores images older than the oldest entry of a full index. */
  missing(tenant: Tenant, images: readonly IndexedImage[]): Promise<readonly IndexedImage[]>;
  add(tenant: Tenant, images: readonly IndexedImage[]): Promise<void>;
  remove(tenant: Tenant, imageId: ImageId, categories: readonly string[]): Promise<void>;
}

export interface IndexedImage {
  readonly imageId: ImageId;
  readonly category: string;
}

interface IndexPage {
  readonly category?: string | undefined;
  /** Only images older than this one, which need not exist. */
  readonly before?: ImageId | undefined;
  readonly limit: number;
}

/** The index of a tenant holds this many of its newest images; about 32 MB of Redis for both sets, measured. */
export const INDEXED_MAX = 100_000;

export const indexKey = (prefix: string, tenant: Tenant) => `${prefix}:images:${tenant}`;

export function createImageIndex(redis: Redis, prefix: string, indexedMax = INDEXED_MAX): ImageIndex {
  const keyOf = (tenant: Tenant, category?: string) =>
    category === undefined ? indexKey(prefix, tenant) : `${indexKey(prefix, tenant)}:${category}`;

  return {
    async list(tenant, { category, before, limit }) {
      const from = before === undefined ? '+' : `(${before}`;
      const ids = await translateRedisErrors(() =>
        redis.zrevrangebylex(keyOf(tenant, category), from, '-', 'LIMIT', 0, limit),
      );
      return ids.map((id) => ImageId.parse(id));
    },

    async missing(tenant, images) {
      if (images.length === 0) return [];
      const key = keyOf(tenant);
      const [scores, size, [oldest = '']] = await translateRedisErrors(() =>
        Promise.all([
          redis.zmscore(key, ...images.map(({ imageId }) => imageId)),
          redis.zcard(key),
          redis.zrange(key, '0', '0'),
        ]),
      );
      const from = size < indexedMax ? '' : oldest;
      return images.filter(({ imageId }, index) => scores[index] === null && imageId > from);
    },

    async add(tenant, images) {
      const changes = redis.multi();
      const keys = new Set(images.flatMap(({ category }) => [keyOf(tenant), keyOf(tenant, category)]));
      for (const { imageId, category } of images) {
        for (const key of [keyOf(tenant), keyOf(tenant, category)]) changes.zadd(key, 0, imageId);
      }
      for (const key of keys) changes.zremrangebyrank(key, 0, -indexedMax - 1);
      await translateRedisErrors(() => execute(changes));
    },

    async remove(tenant, imageId, categories) {
      const changes = redis.multi();
      for (const category of [undefined, ...categories]) changes.zrem(keyOf(tenant, category), imageId);
      await translateRedisErrors(() => execute(changes));
    },
  };
}
