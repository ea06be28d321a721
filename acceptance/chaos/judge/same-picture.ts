import sharp, { type OutputInfo } from 'sharp';

/** Pictures are scaled to this size for the comparison: side in pixels. */
const SIDE = 16;
/** The upload is scaled down once, to fit a square of this side. */
const UPLOAD_SIDE = 256;
/** Mean difference over all pixels and channels, of 255: our codecs cause up to about 6, another picture more than 40. */
const DIFFERENCE_MAX = 15;

/** Decides whether a rendition shows its upload. */
export type LooksLike = (rendition: Buffer) => Promise<boolean>;

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * @param focus the middle of crops, in shares of the upload's sides
 * @returns a function that compares renditions with this upload: the whole upload, or its part around the focus if it was cropped
 */
export async function looksLike(upload: Buffer, focus: Point = { x: 0.5, y: 0.5 }): Promise<LooksLike> {
  const fit = { width: UPLOAD_SIDE, height: UPLOAD_SIDE, fit: 'inside' } as const;
  const { data, info } = await sharp(upload).resize(fit).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const squeezed = (aspect: number) =>
    sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
      .extract(partAround(focus, info, aspect))
      .resize(SIDE, SIDE, { fit: 'fill' })
      .raw()
      .toBuffer();
  // Most renditions of an image share two or three aspect ratios.
  const byShape = new Map<string, Promise<Buffer>>();
  return async (rendition) => {
    const actual = await sharp(rendition).resize(SIDE, SIDE, { fit: 'fill' }).ensureAlpha().raw().toBuffer();
    const { width, height } = await sharp(rendition).metadata();
    const shape = (width / height).toFixed(2);
    const expected = byShape.get(shape) ?? squeezed(width / height);
    byShape.set(shape, expected);
    return difference(actual, await expected) <= DIFFERENCE_MAX;
  };
}

/** The largest part with this aspect ratio, whose middle is as near to the focus as the sides allow. */
function partAround({ x, y }: Point, { width, height }: Pick<OutputInfo, 'width' | 'height'>, aspect: number) {
  const cropped = {
    width: Math.min(width, Math.round(height * aspect)),
    height: Math.min(height, Math.round(width / aspect)),
  };
  const start = (share: number, outer: number, inner: number) =>
    Math.min(outer - inner, Math.max(0, Math.floor(share * outer - inner / 2)));
  return { ...cropped, left: start(x, width, cropped.width), top: start(y, height, cropped.height) };
}

/** The mean difference between RGBA and RGB, without pixels outside a circular crop; huge if hardly any pixels are left. */
function difference(rgba: Buffer, rgb: Buffer): number {
  let sum = 0;
  let pixels = 0;
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    if ((rgba[pixel * 4 + 3] ?? 0) < 250) continue;
    pixels += 1;
    for (let channel = 0; channel < 3; channel++) {
      sum += Math.abs((rgba[pixel * 4 + channel] ?? 0) - (rgb[pixel * 3 + channel] ?? 0));
    }
  }
  return pixels > (SIDE * SIDE) / 2 ? sum / (pixels * 3) : Number.POSITIVE_INFINITY;
}
