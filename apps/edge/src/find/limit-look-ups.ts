import type { ImageId } from '@imagemill/variants';
import { LRUCache } from 'lru-cache';
import { createWorkLimit } from '../http/limit-work.ts';
import type { FindImage } from './find-image.ts';

const IMAGES_MAX = 10_000;
const KNOWN_MS = 10 * 60_000;

/**
 * Limits the concurrent look-ups. Images that were found lately have places of their own: a flood of unknown ids cannot take these, and
 * friendly URLs of shown images keep working beside it.
 *
 * @param max look-ups of known images, and as many of others
 * @returns a function that throws a Problem 503 `render-queue-full` at once if the places are taken
 */
export function limitLookUps(find: FindImage, max: number): FindImage {
  const known = new LRUCache<ImageId, true>({ max: IMAGES_MAX, ttl: KNOWN_MS });
  const places = { known: createWorkLimit(max), unknown: createWorkLimit(max) };
  return (imageId, signal) => {
    const limit = known.has(imageId) ? places.known : places.unknown;
    return limit(async () => {
      const finding = await find(imageId, signal);
      if (finding.is === 'found') known.set(imageId, true);
      return finding;
    });
  };
}
