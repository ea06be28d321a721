import { tinySource } from './encoder-settings.ts';
import type { Variant, VariantSet } from './variant.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The exact output size in pixels of one variant for one source. */
export interface RenditionPlan extends Size {
  readonly variant: Variant;
  /** The size of the whole source at this rendition's scale: the rendition's own size, unless it is a crop. */
  readonly whole: Size;
  /** Whether the encoder settings for tiny sources apply. */
  readonly ofTinySource: boolean;
}

/**
 * The exact size of every rendition of a source, smallest first. Pure arithmetic: nothing is enlarged, no side is less
 * than 1 pixel, and a `cover` variant keeps its box's aspect ratio if the source is smaller than the box.
 *
 * @param source the upright source's size in pixels
 */
export function planRenditions(source: Size, set: VariantSet): RenditionPlan[] {
  const ofTinySource = Math.max(source.width, source.height) <= tinySource.sideMax;
  return set
    .map((variant) => {
      const size = variant.fit === 'cover' ? coverSize(source, variant) : insideSize(source, variant);
      return { variant, ...size, whole: variant.fit === 'cover' ? wholeSize(source, size) : size, ofTinySource };
    })
    .sort((a, b) => a.width * a.height - b.width * b.height);
}

/** Whether a rendition shows only a part of its source. */
export const crops = ({ width, height, whole }: RenditionPlan) => width < whole.width || height < whole.height;

function insideSize(source: Size, box: Size): Size {
  return scaled(source, Math.min(1, box.width / source.width, box.height / source.height));
}

function coverSize(source: Size, box: Size): Size {
  return scaled(box, Math.min(1, source.width / box.width, source.height / box.height));
}

function wholeSize(source: Size, crop: Size): Size {
  const whole = scaled(source, Math.max(crop.width / source.width, crop.height / source.height));
  return { width: Math.max(crop.width, whole.width), height: Math.max(crop.height, whole.height) };
}

const scaled = ({ width, height }: Size, factor: number): Size => ({
  width: Math.max(1, Math.round(width * factor)),
  height: Math.max(1, Math.round(height * factor)),
});

/** The size to decode a source to: that of its largest rendition, which is not resampled again. */
export function decodeSize(plans: readonly RenditionPlan[]): Size {
  return {
    width: Math.max(...plans.map(({ whole }) => whole.width)),
    height: Math.max(...plans.map(({ whole }) => whole.height)),
  };
}
