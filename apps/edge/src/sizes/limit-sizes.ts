import type { ObjectStorage } from '@imagemill/storage';
import { parseRenditionKey, type RenditionAddress, renditionFolder } from '@imagemill/variants';
import { tooManySizes } from './size-problems.ts';

/** Throws a Problem 403 if an image has its maximum of stored sizes. */
export type LimitSizes = (
  address: Pick<RenditionAddress, 'imageId' | 'revision' | 'visibility'>,
  signal: AbortSignal,
) => Promise<void>;

/**
 * Counts what is stored, before a render, in one listing: a set has at most 64 variants, and a listing has 1,000 keys. There is no counter that
 * could drift from the bucket. Renders that run at the same time may exceed the maximum by their number.
 */
export function createLimitSizes(cdn: Pick<ObjectStorage, 'list'>, max: number): LimitSizes {
  return async (address, signal) => {
    const { objects } = await cdn.list({ prefix: renditionFolder(address), signal });
    const sizes = objects.filter(({ key }) => parseRenditionKey(key)?.isSize);
    if (sizes.length >= max) throw tooManySizes(max);
  };
}
