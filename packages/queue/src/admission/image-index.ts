import { ImageId, type Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { execute, translateRedisErrors } from '../connection/redis-errors.ts';

/**
 * A tenant's images by their age, in sorted sets whose members all have the same score: then Redis orders them by their
 * bytes, and a UUIDv7 begins with its time. One set holds all of them, one more each category's.
 *
 *     ticket ─► in both (the script that admits it) ─► deleted, or nothing is known of it any more ─► out of both
 *
 * Nothing is kept here but ids: what an image is, its job or its manifest says. So an entry too many is harmless, and the
 * reconciler adds what is missing.
 */
export interface ImageIndex {
  /** The newest first. Every call throws QueueUnavailableError when Redis does not answer. */
  list(tenant: Tenant, page: IndexPage): Promise<ImageId[]>;
  /** Those that should be there and are not; none that is older than all that a full index holds. */
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
  /** Only those that are older than this one, whether it is there or not. */
  readonly before?: ImageId | undefined;
  readonly limit: number;
}

/** Images that one tenant's index holds, the newest; some 32 MB of Redis for both sets, as measured. */
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
