import type { Colour, RenditionPlan, SourceFacts } from '@imagemill/variants';
import sharp from 'sharp';
import { type BackedPlan, withBackdrops } from './backdrop.ts';
import { interpretationOf } from './colour/interpretation.ts';
import { isWideGamut } from './colour/wide-gamut.ts';
import { decodePixels } from './decode-pixels.ts';
import { toRejection } from './errors.ts';
import type { ImageLimits } from './limits.ts';
import type { Pixels } from './pixels.ts';
import type { DecodableSource } from './source/readable-source.ts';

/** The decoded pixels in one colour space, and the plans that are made from them, smallest first. */
export interface Layer {
  readonly colour: Colour;
  readonly pixels: Pixels;
  readonly plans: readonly BackedPlan[];
}

export interface Layers {
  readonly srgb: Layer;
  /** Only if a source has colours outside of sRGB and a variant keeps them. */
  readonly p3?: Layer;
}

/**
 * Decodes a source once for each colour space that its set needs: converting the pixels of one space to the other would take longer, and
 * lose precision.
 *
 * @param planned of the whole set, smallest first
 * @throws RejectedImageError `corrupt`
 */
export async function decodeLayers(
  decodable: DecodableSource,
  source: SourceFacts,
  planned: readonly RenditionPlan[],
  limits: ImageLimits,
): Promise<Layers> {
  const wanted = planned.some(({ variant }) => variant.colour === 'p3');
  const isWide = wanted && (await isWideSource(decodable.bytes, source));
  const layerOf = async (colour: Colour): Promise<Layer> => {
    const plans = planned.filter(({ variant }) => (isWide && variant.colour === 'p3' ? 'p3' : 'srgb') === colour);
    // The summary needs pixels in sRGB even if no rendition does.
    const sizes = plans.length > 0 ? plans : planned.slice(0, 1);
    const pixels = await decodePixels(decodable, source, sizes, limits, colour);
    return { colour, pixels, plans: withBackdrops(plans, pixels, colour) };
  };
  // One after the other: both at once would hold the decoder's memory twice.
  const srgb = await layerOf('srgb');
  return isWide ? { srgb, p3: await layerOf('p3') } : { srgb };
}

async function isWideSource(bytes: Uint8Array, source: SourceFacts): Promise<boolean> {
  try {
    const interpretation = await interpretationOf(bytes, source);
    const { icc } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return isWideGamut(interpretation, icc);
  } catch (error) {
    throw toRejection(error);
  }
}
