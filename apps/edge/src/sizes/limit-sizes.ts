import type { ObjectStorage } from '@imagemill/storage';
import { parseRenditionKey, type RenditionAddress, renditionFolder } from '@imagemill/variants';
import { LRUCache } from 'lru-cache';
import { tooManySizes } from './size-problems.ts';

const IMAGES_MAX = 10_000;
const KEPT_MS = 10_000;

/** Throws a Problem 403 if an image has its maximum of stored sizes. */
export type LimitSizes = (
  address: Pick<RenditionAddress, 'imageId' | 'revision' | 'visibility'>,
  signal: AbortSignal,
) => Promise<void>;

/**
 * Counts what is stored, before a render, in one listing: a set has at most 64 variants, and a listing has 1,000 keys. There is no counter that
 * could drift from the bucket. Renders that run at the same time may exceed the maximum by their number. An image that has its maximum is not
 * counted again for some seconds: a listing is the most expensive call, and anybody can repeat a refused URL.
 */
export function createLimitSizes(cdn: Pick<ObjectStorage, 'list'>, max: number): LimitSizes {
  const full = new LRUCache<string, true>({ max: IMAGES_MAX, ttl: KEPT_MS });
  return async (address, signal) => {
    const prefix = renditionFolder(address);
    if (full.has(prefix)) throw tooManySizes(max);
    const { objects } = await cdn.list({ prefix, signal });
    const sizes = objects.filter(({ key }) => parseRenditionKey(key)?.isSize);
    if (sizes.length < max) return;
    full.set(prefix, true);
    throw tooManySizes(max);
  };
}
