import type { Area, Size } from './area.ts';
import { type EncodedSize, tinySource } from './encoder-settings.ts';
import { fitted } from './fit.ts';
import type { Focus } from './focus.ts';
import type { Variant, VariantSet } from './variant.ts';

export type { Area, Size };

/** The output size in pixels of one variant for one source. It is exact, unless `isAtMost`. */
export interface RenditionPlan extends EncodedSize {
  readonly variant: Variant;
  /** The border will be trimmed, and only the pixels show how much: width and height are the largest possible ones. */
  readonly isAtMost: boolean;
  /** The size of the whole source, or of what is left of it after trimming, at this rendition's scale. */
  readonly whole: Size;
  /** The part of the whole that is shown. A crop by content has this size only: libvips finds its position. */
  readonly crop: Area;
  /** Where that part is in the rendition. The rest is padding. */
  readonly inset: Pick<Area, 'left' | 'top'>;
  /** Whether the picture is sharpened after it was scaled down. */
  readonly sharpens: boolean;
  /** The size of the whole source from which it can be made without loss. */
  readonly decode: Size;
  /** Whether the encoder settings for tiny sources apply. */
  readonly ofTinySource: boolean;
}

/** What is known of an image beside its size. */
export interface KnownOfImage {
  /** As the seller gave it. It moves crops with the position `focus`, and changes no size. */
  readonly focus?: Focus | undefined;
  /** It moves crops with the position `face`. */
  readonly chosenFocus?: Focus | undefined;
  /** What is left of the source with this `trim`, in its pixels. Known after the decode. */
  readonly partOf?: ((trim: number) => Area) | undefined;
}

/**
 * The size of every rendition of a source, smallest first. Pure arithmetic: nothing is enlarged, no side is less
 * than 1 pixel, and `cover`, `contain` and `fill` keep their box's aspect ratio if the source is smaller than the box.
 *
 * @param source the upright source's size in pixels
 */
export function planRenditions(source: Size, set: VariantSet, known: KnownOfImage = {}): RenditionPlan[] {
  const ofTinySource = Math.max(source.width, source.height) <= tinySource.sideMax;
  return set
    .map((variant) => ({ variant, ...planOf(source, variant, known), ofTinySource }))
    .sort((a, b) => a.width * a.height - b.width * b.height);
}

function planOf(source: Size, variant: Variant, known: KnownOfImage) {
  const middle = middleOf(variant, known);
  if (variant.trim === undefined) {
    const plan = planPart(source, variant, middle);
    return { ...plan, isAtMost: false, decode: plan.whole };
  }
  const decode = fitted(source, { ...variant, ...untrimmedBox(variant), padding: undefined }).whole;
  const part = known.partOf?.(variant.trim);
  if (!part) {
    const largest = planPart(source, variant, CENTRE);
    const size = largestTrimmed(source, variant, largest);
    return { ...largest, ...size, shareOfSource: shareOf(size, source), isAtMost: true, decode };
  }
  const plan = planPart(part, variant, middle === CENTRE ? CENTRE : focusIn(part, source, middle));
  return { ...plan, isAtMost: false, decode };
}

/** The point of the untrimmed source that a crop is made around. */
function middleOf({ position }: Variant, { focus, chosenFocus }: KnownOfImage): Focus {
  if (position === 'focus') return focus ?? CENTRE;
  return position === 'face' ? (chosenFocus ?? CENTRE) : CENTRE;
}

/** At most half of each side is trimmed: the part that is left needs at most twice the scale of an untrimmed source. */
function untrimmedBox({ width, height, padding = 0 }: Variant): Size {
  return { width: 2 * (width - 2 * padding), height: 2 * (height - 2 * padding) };
}

/** Trimming may change the aspect ratio. Renditions with that of their box only become smaller. */
function largestTrimmed(source: Size, { fit, width, height, padding = 0 }: Variant, untrimmed: Size): Size {
  if (fit !== 'inside') return { width: untrimmed.width, height: untrimmed.height };
  return {
    width: Math.min(width, source.width + 2 * padding),
    height: Math.min(height, source.height + 2 * padding),
  };
}

const CENTRE: Focus = { x: 0.5, y: 0.5 };

function focusIn(part: Area, source: Size, { x, y }: Focus): Focus {
  const share = (at: number) => Math.min(1, Math.max(0, at));
  return {
    x: share((x * source.width - part.left) / part.width),
    y: share((y * source.height - part.top) / part.height),
  };
}

function planPart(source: Size, variant: Variant, { x, y }: Focus) {
  const { canvas, whole, shown } = fitted(source, variant);
  return {
    ...canvas,
    shareOfSource: shareOf(canvas, source),
    whole,
    crop: { left: around(x, whole.width, shown.width), top: around(y, whole.height, shown.height), ...shown },
    sharpens: variant.sharpen === true && (whole.width < source.width || whole.height < source.height),
    inset: { left: around(0.5, canvas.width, shown.width), top: around(0.5, canvas.height, shown.height) },
  };
}

const shareOf = (size: Size, source: Size) => (size.width * size.height) / (source.width * source.height);

/** The start of an inner length whose middle is as near as possible to a share of the outer one; halves of a pixel go up. */
const around = (share: number, outer: number, inner: number) =>
  Math.min(outer - inner, Math.max(0, Math.round(share * outer - inner / 2)));

/** Whether a rendition shows only a part of its source. */
export const crops = ({ crop, whole }: RenditionPlan) => crop.width < whole.width || crop.height < whole.height;

/** Whether a rendition has an area beside its picture. */
export const pads = ({ crop, width, height }: RenditionPlan) => crop.width < width || crop.height < height;

/**
 * An enhanced picture is decoded to a size within this box at least: a filter of a few pixels changes a small picture more than a large one, and
 * all renditions of an image shall look the same, also a size that an edge makes alone.
 */
const enhancedBox = { fit: 'inside', width: 2400, height: 2400 } as const;

/**
 * The size to decode a source to: that of its largest rendition, which is not resampled again.
 *
 * @param enhanced the source's size, if the picture is enhanced
 */
export function decodeSize(plans: readonly RenditionPlan[], enhanced?: Size): Size {
  const sizes = [...plans.map(({ decode }) => decode), ...(enhanced ? [fitted(enhanced, enhancedBox).whole] : [])];
  return {
    width: Math.max(...sizes.map(({ width }) => width)),
    height: Math.max(...sizes.map(({ height }) => height)),
  };
}
