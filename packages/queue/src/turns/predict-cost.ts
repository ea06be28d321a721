import type { RenderImage } from '@imagemill/records';

/** Slot-seconds of a job without its megabytes: requests, and the renditions that every image has. */
const SECONDS_PER_IMAGE = 0.4;

/**
 * Slot-seconds per megabyte of the original, in the order of their decoders' speed; `bench engine` measures it on
 * photographs. Rough on purpose: the real cost corrects it for each tenant.
 */
const SECONDS_PER_MB: Partial<Record<RenderImage['contentType'], number>> = {
  'image/png': 0.2,
  'image/webp': 0.4,
  'image/gif': 0.5,
  'image/avif': 1,
};
const SECONDS_PER_MB_OTHERWISE = 0.2;

/** Imports, and jobs that were recreated from a key, have an unknown size. */
const TYPICAL_BYTES = 3_000_000;

/** What an image is predicted to cost, in slot-seconds, from what is known before its original is read. */
export function predictSlotSeconds({ contentType, contentLength = TYPICAL_BYTES }: RenderImage): number {
  return SECONDS_PER_IMAGE + (contentLength / 1e6) * (SECONDS_PER_MB[contentType] ?? SECONDS_PER_MB_OTHERWISE);
}
