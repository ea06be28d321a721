import { type Colour, type MarkArea, type RenditionPlan, type Watermark, watermarkArea } from '@imagemill/variants';
import type { Pixels } from '../pixels.ts';

/** The decoded marks of a deployment, by the SHA-256 of their files. */
export type Watermarks = ReadonlyMap<string, Pixels>;

/** A mark on a rendition. */
export interface PlacedMark {
  readonly watermark: Watermark;
  /** The whole mark, in sRGB. */
  readonly pixels: Pixels;
  /** Of the rendition. */
  readonly area: MarkArea;
  /** The colour space of the rendition. */
  readonly colour: Colour;
}

/**
 * The mark of a rendition; undefined without one, and where it would be too small to be read.
 *
 * @throws Error if the engine does not have it
 */
export function markOf(plan: RenditionPlan, watermarks: Watermarks, colour: Colour): PlacedMark | undefined {
  const { watermark, shape } = plan.variant;
  if (!watermark) return undefined;
  const pixels = watermarks.get(watermark.sha256);
  if (!pixels) throw new Error(`The engine has no watermark ${watermark.sha256}.`);
  const area = watermarkArea(watermark, { ...plan, isRound: shape === 'circle' }, pixels.raw);
  return area && { watermark, pixels, area, colour };
}
