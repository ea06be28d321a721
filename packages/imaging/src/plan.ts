import type { Variant, VariantSet } from '@imagemill/variants';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What one variant will be for one source: its exact output size in pixels. */
export interface RenditionPlan extends Size {
  readonly variant: Variant;
  /** How much of the source's resolution the variant needs, over 0 and up to 1. */
  readonly scale: number;
}

/**
 * The exact size of every rendition of a source, smallest first. Pure arithmetic: nothing is ever enlarged, no side is
 * under 1 pixel, and a `cover` variant keeps its box's aspect ratio when the source is smaller than the box.
 *
 * @param source the upright source's size in pixels
 */
export function planRenditions(source: Size, set: VariantSet): RenditionPlan[] {
  return set
    .map((variant) => {
      const size = variant.fit === 'cover' ? coverSize(source, variant) : insideSize(source, variant);
      const scale = Math.min(1, Math.max(size.width / source.width, size.height / source.height));
      return { variant, ...size, scale };
    })
    .sort((a, b) => a.width * a.height - b.width * b.height);
}

function insideSize(source: Size, box: Size): Size {
  return scaled(source, Math.min(1, box.width / source.width, box.height / source.height));
}

function coverSize(source: Size, box: Size): Size {
  return scaled(box, Math.min(1, source.width / box.width, source.height / box.height));
}

const scaled = ({ width, height }: Size, factor: number): Size => ({
  width: Math.max(1, Math.round(width * factor)),
  height: Math.max(1, Math.round(height * factor)),
});

/** The size that a source is decoded to, once: enough for the largest of its renditions, never more than it has. */
export function decodeSize(source: Size, plans: readonly RenditionPlan[]): Size {
  const scale = Math.max(...plans.map((plan) => plan.scale));
  const side = (pixels: number, key: keyof Size) =>
    // A plan's side that was rounded up may be a pixel over the scaled source's.
    Math.min(pixels, Math.max(Math.round(pixels * scale), ...plans.map((plan) => plan[key])));
  return { width: side(source.width, 'width'), height: side(source.height, 'height') };
}
