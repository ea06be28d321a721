import { availableParallelism } from 'node:os';
import type { SourceFacts, VariantSet } from '@imagemill/variants';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { type InspectOptions, inspect } from './inspect.ts';
import { defaultLimits, type ImageLimits } from './limits.ts';
import { blockOtherLoaders } from './loaders.ts';
import { type CallOptions, decodePicture, type Picture } from './picture.ts';

export interface EngineOptions {
  /** Decodes and encodes at once in this process; its cores if not given. */
  readonly encodeConcurrency?: number | undefined;
  readonly limits?: Partial<ImageLimits>;
}

/** Bytes in, bytes out: no network, no files. Everything that is wrong with a picture is a RejectedImageError. */
export interface ImagingEngine {
  readonly limits: ImageLimits;
  /** What a source is, from its header alone. @throws RejectedImageError */
  inspect(bytes: Uint8Array, options?: InspectOptions): Promise<SourceFacts>;
  /**
   * Decodes a source, once, to the largest size that the set needs of it. An abort is thrown before the decode begins, or
   * once it is over: sharp takes no signal, so one that is under way ends by itself or by its time limit.
   *
   * @throws the signal's reason when aborted; RejectedImageError `corrupt`, `timeout`
   */
  decode(bytes: Uint8Array, source: SourceFacts, set: VariantSet, options?: CallOptions): Promise<Picture>;
}

/**
 * The one engine of a process: it blocks the loaders that uploads may not reach and bounds the work under way.
 *
 * @throws Error when the block did not take effect
 */
export async function createImagingEngine(options: EngineOptions = {}): Promise<ImagingEngine> {
  await blockOtherLoaders();
  // Every picture is another one: a cache would only hold memory.
  sharp.cache(false);
  // Parallel by rendition, not within one: that costs less in all, and the cores are full either way.
  sharp.concurrency(1);
  const limits = { ...defaultLimits, ...options.limits };
  const encodeSlot = pLimit(options.encodeConcurrency ?? availableParallelism());
  return {
    limits,
    inspect: (bytes, options) => inspect(bytes, limits, options),
    decode: (bytes, source, set, options) => decodePicture(bytes, source, set, { limits, encodeSlot }, options),
  };
}
