import type { Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { translateRedisErrors } from '../connection/redis-errors.ts';
import { jobs } from '../jobs.ts';
import { indexKey } from './image-index.ts';
import { unfinishedKey } from './unfinished-images.ts';

/** What a tenant holds in Redis, in bytes. */
export const TenantMemory = z.object({
  /** Images in its index. */
  images: z.int().nonnegative(),
  unfinishedImages: z.int().nonnegative(),
  /** The jobs of its images with their notes, estimated from a sample. */
  jobBytes: z.int().nonnegative(),
  /** Its index, its unfinished images and its idempotency keys. */
  setBytes: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
});
export type TenantMemory = z.infer<typeof TenantMemory>;

/** Images whose jobs are measured: enough for an estimate, few enough for one round trip. */
const SAMPLE = 50;

/** @throws QueueUnavailableError */
export type ReadTenantMemory = (tenant: Tenant) => Promise<TenantMemory>;

/** @param categories each has an index of its own */
export function createTenantMemory(
  redis: Redis,
  prefix: string,
  categories: ReadonlyMap<string, unknown>,
): ReadTenantMemory {
  const usage = async (keys: readonly string[]): Promise<number> => {
    const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key)));
    return sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  };
  const setsOf = (tenant: Tenant) => [
    ...[indexKey(prefix, tenant), unfinishedKey(prefix, tenant)],
    ...[...categories.keys()].map((category) => `${indexKey(prefix, tenant)}:${category}`),
    ...['tickets', 'ticket-times'].map((name) => `${prefix}:${name}:${tenant}`),
  ];
  const keysOf = (imageId: string) => [
    `${prefix}:${jobs.renderImage.queue}:${imageId}`,
    ...['starts', 'uploaded', 'deleted'].map((name) => `${prefix}:${name}:${imageId}`),
  ];

  return (tenant) =>
    translateRedisErrors(async () => {
      const [images, unfinishedImages, sample, setBytes] = await Promise.all([
        redis.zcard(indexKey(prefix, tenant)),
        redis.zcard(unfinishedKey(prefix, tenant)),
        redis.zrandmember(indexKey(prefix, tenant), SAMPLE),
        usage(setsOf(tenant)),
      ]);
      const ids = [sample ?? []].flat();
      const sampled = await usage(ids.flatMap(keysOf));
      const jobBytes = Math.round((sampled / Math.max(1, ids.length)) * images);
      return { images, unfinishedImages, jobBytes, setBytes, bytes: jobBytes + setBytes };
    });
}
