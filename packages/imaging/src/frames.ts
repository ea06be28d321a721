import { crops, type Size } from '@imagemill/variants';
import sharp from 'sharp';
import { type BackedPlan, showsBackdrop } from './backdrop.ts';
import { freeBytes } from './free-bytes.ts';
import type { Pixels } from './pixels.ts';
import { shapeFrame } from './render-variant.ts';

/** The pixels of each rendition, ready to be encoded. */
export interface Frames {
  of(plan: BackedPlan): Promise<Pixels>;
  /** Call it after a plan's encode: a frame that no other plan needs is freed. */
  release(plan: BackedPlan): void;
}

/** libvips averages blocks down to this factor, then resamples: deriving from a frame this much larger loses nothing. */
const DERIVE_FROM = 2;

/**
 * Makes the pixels of each size and shape once for all formats, and small frames from the smallest frame that is large
 * enough: scaling the decoded pixels down for each rendition would cost 8 % of all CPU. The smallest one is made from the decoded pixels:
 * the first rendition does not wait for the frames in between.
 *
 * @param plans of the whole set, smallest first: they decide which frame another one is made from
 * @param wanted those of them that are encoded: only their frames are made, and the frames in between
 */
export function createFrames(decoded: Pixels, plans: readonly BackedPlan[], wanted: readonly BackedPlan[]): Frames {
  const made = new Map<string, Promise<Pixels>>();
  const wantedKeys = new Set(wanted.map(frameKey));
  /** Of each frame: the encodes that will read it, and the frames that are being made from it. */
  const readers = new Map<string, number>();
  const addReader = (plan: BackedPlan) => void readers.set(frameKey(plan), (readers.get(frameKey(plan)) ?? 0) + 1);
  wanted.forEach(addReader);

  const smallest = plans[0] && frameKey(plans[0]);

  const baseOf = (plan: BackedPlan): BackedPlan | undefined =>
    frameKey(plan) === smallest
      ? undefined
      : plans.find(
          (other) => showsAll(other) && isLargeEnough(other, plan.whole) && frameKey(other) !== frameKey(plan),
        );
  const shapeFrom = ({ data, raw }: Pixels, plan: BackedPlan) => shapeFrame(sharp(data, { raw }), plan);
  const make = async (plan: BackedPlan): Promise<Pixels> => {
    if (showsAll(plan) && isSize(plan, decoded.raw)) return decoded;
    const base = baseOf(plan);
    if (!base) return shapeFrom(decoded, plan);
    addReader(base);
    try {
      return await shapeFrom(await frameOf(base), plan);
    } finally {
      release(base);
    }
  };
  const frameOf = (plan: BackedPlan): Promise<Pixels> => {
    const key = frameKey(plan);
    const frame = made.get(key) ?? make(plan);
    made.set(key, frame);
    return frame;
  };
  function release(plan: BackedPlan): void {
    const key = frameKey(plan);
    const left = (readers.get(key) ?? 1) - 1;
    readers.set(key, left);
    // One that is not encoded may be needed again.
    if (left > 0 || !wantedKeys.has(key)) return;
    const frame = made.get(key);
    made.delete(key);
    void frame?.then(
      (pixels) => pixels !== decoded && freeBytes(pixels.data),
      () => {},
    );
  }

  return { of: frameOf, release };
}

/** CPU of scaling a megapixel down, and of a pipeline, relative to a megapixel of avif with effort 1: 4 and 3 ms, where that takes 290. */
const [SCALE_FACTOR, PIPELINE_FACTOR] = [0.0145, 0.01];

/** CPU of making the frame of a plan, in the unit of `encodeCost`: its base has four times its pixels, as far as there are as many. */
export function shapeCost({ whole }: BackedPlan, decoded: Size): number {
  if (isSize(whole, decoded)) return PIPELINE_FACTOR;
  const scaled = Math.min(DERIVE_FROM * DERIVE_FROM * whole.width * whole.height, decoded.width * decoded.height);
  return PIPELINE_FACTOR + (SCALE_FACTOR * scaled) / 1e6;
}

/** Plans with the same key have the same pixels; this is common for small sources. */
export function frameKey(plan: BackedPlan): string {
  const { variant, width, height, crop, backdrop, mark } = plan;
  return JSON.stringify([
    width,
    height,
    variant.shape,
    crops(plan) && variant.position,
    plan.sharpens,
    showsBackdrop(plan) && [crop.width, crop.height, backdrop, plan.isBlurred],
    mark && [mark.area, mark.watermark],
  ]);
}

/** Other frames can be made from such a frame. */
const showsAll = (plan: BackedPlan) =>
  !crops(plan) && !showsBackdrop(plan) && !plan.sharpens && !plan.mark && plan.variant.shape === 'rectangle';

// `plans` is sorted by size: the first frame that is large enough is the smallest one.
const isLargeEnough = (frame: Size, wanted: Size) =>
  isSize(frame, wanted) || (frame.width >= DERIVE_FROM * wanted.width && frame.height >= DERIVE_FROM * wanted.height);

const isSize = (a: Size, b: Size) => a.width === b.width && a.height === b.height;
