import type { SourceFacts, VariantSet } from '@imagemill/variants';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { defaultSlots } from './default-slots.ts';
import type { Detector } from './detector.ts';
import { type Inspection, type InspectOptions, inspectSource } from './inspect.ts';
import { defaultLimits, type ImageLimits } from './limits.ts';
import { blockOtherLoaders } from './loaders.ts';
import { type CallOptions, type DecodeOptions, decodePicture, type Picture } from './picture.ts';
import type { Slot } from './slot.ts';
import type { Watermarks } from './watermark/placed-mark.ts';

export interface EngineOptions {
  /** Takes a place for each decode and encode. */
  readonly encodeSlot?: Slot;
  /** How many places there are; one more than cores if not given. */
  readonly slots?: number | undefined;
  readonly limits?: Partial<ImageLimits> | undefined;
  /** Of the sets that it renders. */
  readonly watermarks?: Watermarks | undefined;
  /** For entries with the position `face`. */
  readonly detector?: Detector | undefined;
}

/** Bytes in, bytes out: no network, no files. Every fault of a picture is a RejectedImageError. */
export interface ImagingEngine {
  readonly limits: ImageLimits;
  /**
   * Reads a source's facts from its header; decodes no pixels.
   *
   * @throws the signal's reason when aborted; RejectedImageError
   */
  inspect(bytes: Uint8Array, options?: InspectOptions & CallOptions): Promise<SourceFacts>;
  /**
   * Decodes a source once, to the largest size that the set needs. Close the picture when it is no longer needed.
   *
   * @throws the signal's reason when aborted; RejectedImageError; Error if `only` names an entry that the set does not have
   */
  decode(bytes: Uint8Array, source: SourceFacts, set: VariantSet, options?: DecodeOptions): Promise<Picture>;
  /**
   * Frees the memory of a source that nobody needs any more, once its pictures are closed. Left to the garbage collector, large sources
   * make V8 collect its whole heap every few of them.
   */
  free(bytes: Uint8Array): void;
}

export interface EngineInProcess extends ImagingEngine {
  /** As `inspect`, with the facts that the image's cost is predicted from. @throws RejectedImageError */
  inspectSource(bytes: Uint8Array, options?: InspectOptions): Promise<Inspection>;
}

/**
 * An engine in this process, without limits of time and memory, for an engine process: see `createEnginePool`. It is the only
 * one of its process: it blocks the loaders that uploads must not reach. An abort does not stop a running decode or encode,
 * because sharp accepts no signal.
 *
 * @throws Error if the block did not take effect
 */
export async function createImagingEngine(options: EngineOptions = {}): Promise<EngineInProcess> {
  await blockOtherLoaders();
  // Every picture is different: a cache would only hold memory.
  sharp.cache(false);
  // Renditions run in parallel, each on one thread: this needs less CPU in total, and uses all cores as well.
  sharp.concurrency(1);
  const limits = { ...defaultLimits, ...options.limits };
  const slots = options.slots ?? defaultSlots();
  const { encodeSlot = pLimit(slots), watermarks = new Map(), detector } = options;
  const context = { limits, slots, encodeSlot, watermarks, detector };
  return {
    limits,
    inspect: async (bytes, options) => (await inspectSource(bytes, limits, options)).source,
    inspectSource: (bytes, options) => inspectSource(bytes, limits, options),
    decode: (bytes, source, set, options) => decodePicture(bytes, source, set, context, options),
    // Left to the garbage collector: after an abort, sharp still reads them.
    free: () => {},
  };
}
