import type { Size } from './area.ts';
import { type Fit, SIDE_PX_MAX, type VariantFields } from './variant-fields.ts';

/** The sizes in pixels of a source in its box. */
export interface Fitted {
  /** The rendition. */
  readonly canvas: Size;
  /** The whole source at the rendition's scale: of `cover`, only a part of it is shown. */
  readonly whole: Size;
  /** What is shown of the whole. It is smaller than the canvas if that is padded. */
  readonly shown: Size;
}

/**
 * The arithmetic of docs/variants.md. Factors are at most 1: nothing is enlarged. They and the products are double-precision
 * numbers; sides are rounded to the nearest pixel, halves up, and are at least 1.
 */
export function fitted(source: Size, box: Box & Pick<VariantFields, 'fit'>): Fitted {
  return byFit[box.fit](source, box);
}

type Box = Pick<VariantFields, 'width' | 'height' | 'padding'>;

const byFit: Record<Fit, (source: Size, box: Box) => Fitted> = {
  inside: (source, box) => {
    const picture = pictureInside(source, box);
    const margin = 2 * Math.round((box.padding ?? 0) * shareOfRoom(picture, box));
    const canvas = { width: picture.width + margin, height: picture.height + margin };
    return { canvas, whole: picture, shown: picture };
  },
  outside: (source, box) => {
    const covering = Math.max(box.width / source.width, box.height / source.height);
    // A long strip may be far longer than its box.
    const encodable = SIDE_PX_MAX / Math.max(source.width, source.height);
    return uncropped(scaled(source, Math.min(1, covering, encodable)));
  },
  fill: (source, box) => uncropped(boxWithin(source, box)),
  cover: (source, box) => {
    const shown = boxWithin(source, box);
    return { canvas: shown, whole: wholeOf(source, shown), shown };
  },
  contain: (source, box) => {
    const picture = pictureInside(source, box);
    const canvas = atLeast(picture, scaled(box, shareOfRoom(picture, box)));
    return { canvas, whole: picture, shown: picture };
  },
};

const uncropped = (size: Size): Fitted => ({ canvas: size, whole: size, shown: size });

/** The largest area with the box's aspect ratio that a source fills. */
const boxWithin = (source: Size, box: Size) =>
  scaled(box, Math.min(1, source.width / box.width, source.height / box.height));

/** The part of a box that padding leaves to the picture. */
const roomOf = ({ width, height, padding = 0 }: Box): Size => ({
  width: width - 2 * padding,
  height: height - 2 * padding,
});

function pictureInside(source: Size, box: Box): Size {
  const room = roomOf(box);
  return scaled(source, Math.min(1, room.width / source.width, room.height / source.height));
}

/** At most 1: of a box with room for a small picture only, the padding is smaller in proportion. */
function shareOfRoom(picture: Size, box: Box): number {
  const room = roomOf(box);
  return Math.max(picture.width / room.width, picture.height / room.height);
}

const wholeOf = (source: Size, crop: Size) =>
  atLeast(crop, scaled(source, Math.max(crop.width / source.width, crop.height / source.height)));

const scaled = ({ width, height }: Size, factor: number): Size => ({
  width: Math.max(1, Math.round(width * factor)),
  height: Math.max(1, Math.round(height * factor)),
});

const atLeast = (least: Size, { width, height }: Size): Size => ({
  width: Math.max(least.width, width),
  height: Math.max(least.height, height),
});
