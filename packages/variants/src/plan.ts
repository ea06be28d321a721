import { tinySource } from './encoder-settings.ts';
import { fitted, type Size } from './fit.ts';
import type { Focus } from './focus.ts';
import type { Variant, VariantSet } from './variant.ts';

export type { Size };

/** An area, with the position of its top left corner. */
export interface Area extends Size {
  readonly left: number;
  readonly top: number;
}

/** The exact output size in pixels of one variant for one source. */
export interface RenditionPlan extends Size {
  readonly variant: Variant;
  /** The size of the whole source at this rendition's scale. */
  readonly whole: Size;
  /** The part of the whole that is shown. A crop by content has this size only: libvips finds its position. */
  readonly crop: Area;
  /** Where that part is in the rendition. The rest is padding. */
  readonly inset: Pick<Area, 'left' | 'top'>;
  /** Whether the picture is sharpened after it was scaled down. */
  readonly sharpens: boolean;
  /** Whether the encoder settings for tiny sources apply. */
  readonly ofTinySource: boolean;
}

/**
 * The exact size of every rendition of a source, smallest first. Pure arithmetic: nothing is enlarged, no side is less
 * than 1 pixel, and `cover`, `contain` and `fill` keep their box's aspect ratio if the source is smaller than the box.
 *
 * @param source the upright source's size in pixels
 * @param focus of the image: it moves crops with the position `focus`, and changes no size
 */
export function planRenditions(source: Size, set: VariantSet, focus?: Focus): RenditionPlan[] {
  const ofTinySource = Math.max(source.width, source.height) <= tinySource.sideMax;
  return set
    .map((variant) => ({ variant, ...planOf(source, variant, focus), ofTinySource }))
    .sort((a, b) => a.width * a.height - b.width * b.height);
}

const CENTRE: Focus = { x: 0.5, y: 0.5 };

function planOf(source: Size, variant: Variant, focus = CENTRE) {
  const { canvas, whole, shown } = fitted(source, variant);
  const { x, y } = variant.position === 'focus' ? focus : CENTRE;
  return {
    ...canvas,
    whole,
    crop: { left: around(x, whole.width, shown.width), top: around(y, whole.height, shown.height), ...shown },
    sharpens: variant.sharpen === true && (whole.width < source.width || whole.height < source.height),
    inset: { left: around(0.5, canvas.width, shown.width), top: around(0.5, canvas.height, shown.height) },
  };
}

/** The start of an inner length whose middle is as near as possible to a share of the outer one; halves of a pixel go up. */
const around = (share: number, outer: number, inner: number) =>
  Math.min(outer - inner, Math.max(0, Math.round(share * outer - inner / 2)));

/** Whether a rendition shows only a part of its source. */
export const crops = ({ crop, whole }: RenditionPlan) => crop.width < whole.width || crop.height < whole.height;

/** Whether a rendition has an area beside its picture. */
export const pads = ({ crop, width, height }: RenditionPlan) => crop.width < width || crop.height < height;

/** The size to decode a source to: that of its largest rendition, which is not resampled again. */
export function decodeSize(plans: readonly RenditionPlan[]): Size {
  return {
    width: Math.max(...plans.map(({ whole }) => whole.width)),
    height: Math.max(...plans.map(({ whole }) => whole.height)),
  };
}
