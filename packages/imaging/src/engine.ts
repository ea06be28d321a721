import { availableParallelism } from 'node:os';
import type { SourceFacts, VariantSet } from '@imagemill/variants';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { type InspectOptions, inspect } from './inspect.ts';
import { defaultLimits, type ImageLimits } from './limits.ts';
import { blockOtherLoaders } from './loaders.ts';
import { type CallOptions, decodePicture, type Picture } from './picture.ts';

export interface EngineOptions {
  /** Concurrent decodes and encodes in this process; defaults to the number of cores. */
  readonly encodeConcurrency?: number | undefined;
  readonly limits?: Partial<ImageLimits>;
}

/** Bytes in, bytes out: no network, no files. Every fault of a picture is a RejectedImageError. */
export interface ImagingEngine {
  readonly limits: ImageLimits;
  /** Reads a source's facts from its header; decodes no pixels. @throws RejectedImageError */
  inspect(bytes: Uint8Array, options?: InspectOptions): Promise<SourceFacts>;
  /**
   * Decodes a source once, to the largest size that the set needs. An abort takes effect before or after the decode:
   * sharp accepts no signal, and a running decode ends normally or at its time limit.
   *
   * @throws the signal's reason when aborted; RejectedImageError `corrupt`, `timeout`
   */
  decode(bytes: Uint8Array, source: SourceFacts, set: VariantSet, options?: CallOptions): Promise<Picture>;
}

/**
 * The only engine of a process: it blocks the loaders that uploads must not reach, and limits concurrent work.
 *
 * @throws Error if the block did not take effect
 */
export async function createImagingEngine(options: EngineOptions = {}): Promise<ImagingEngine> {
  await blockOtherLoaders();
  // Every picture is different: a cache would only hold memory.
  sharp.cache(false);
  // Renditions run in parallel, each on one thread: this needs less CPU in total, and uses all cores as well.
  sharp.concurrency(1);
  const limits = { ...defaultLimits, ...options.limits };
  const encodeSlot = pLimit(options.encodeConcurrency ?? availableParallelism());
  return {
    limits,
    inspect: (bytes, options) => inspect(bytes, limits, options),
    decode: (bytes, source, set, options) => decodePicture(bytes, source, set, { limits, encodeSlot }, options),
  };
}
