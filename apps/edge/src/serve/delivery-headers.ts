import { CACHE_IMMUTABLE, type ImageId } from '@imagemill/variants';
import { steps, type Timings } from '../render/stopwatch.ts';
import type { Outcome } from './get-picture.ts';

/** Headers of every picture of an image. Purges at a CDN name the image by its tag. */
export const imageHeaders = (imageId: ImageId): Readonly<Record<string, string>> => ({
  'access-control-allow-origin': '*',
  'cache-tag': imageId,
  'cross-origin-resource-policy': 'cross-origin',
  'surrogate-key': imageId,
  'timing-allow-origin': '*',
  'x-content-type-options': 'nosniff',
});

/** For URLs whose bytes never change. The targeted field is RFC 9213's. */
export const immutableHeaders: Readonly<Record<string, string>> = {
  'cache-control': CACHE_IMMUTABLE,
  'cdn-cache-control': 'max-age=31536000',
};

/** RFC 9211. The CDN bucket counts as the edge's own cache. */
const cacheStatuses: Record<Outcome, string> = {
  memory: 'imagemill; hit; detail=memory',
  bucket: 'imagemill; hit; detail=bucket',
  rendered: 'imagemill; fwd=miss; stored',
  stored: 'imagemill; fwd=miss; detail=stored-by-another',
  collapsed: 'imagemill; fwd=miss; collapsed',
};

export const cacheStatus = (outcome: Outcome) => cacheStatuses[outcome];

/** https://www.w3.org/TR/server-timing/, in milliseconds; no header for a hit. */
export function serverTiming(timings: Timings): Readonly<Record<string, string>> {
  const done = steps.flatMap((step) =>
    timings[step] === undefined ? [] : [`${step};dur=${timings[step].toFixed(1)}`],
  );
  return done.length === 0 ? {} : { 'server-timing': done.join(', ') };
}
