import type { Colour, Focus, RenditionPlan, SourceFacts } from '@imagemill/variants';
import sharp from 'sharp';
import { interpretationOf } from './colour/interpretation.ts';
import { isWideGamut } from './colour/wide-gamut.ts';
import { decodePixels } from './decode-pixels.ts';
import { toRejection } from './errors.ts';
import type { Layer } from './layer.ts';
import type { ImageLimits } from './limits.ts';
import type { Pixels } from './pixels.ts';
import { heicAsTiff } from './source/heic/heic-as-tiff.ts';
import type { DecodableSource } from './source/readable-source.ts';
import { trimLayers } from './trim-layers.ts';
import { markLayer } from './watermark/mark-layer.ts';
import type { Watermarks } from './watermark/placed-mark.ts';

export interface Layers {
  /** All of the picture, in sRGB. */
  readonly decoded: Pixels;
  /** Some are in P3 if a source has colours outside of sRGB and a variant keeps them. */
  readonly all: readonly Layer[];
}

interface LayersContext {
  readonly limits: ImageLimits;
  readonly focus: Focus | undefined;
  readonly watermarks: Watermarks;
}

/**
 * Decodes a source once for each colour space that its set needs: converting the pixels of one space to the other would take longer, and
 * lose precision.
 *
 * @param planned of the whole set, smallest first
 * @throws RejectedImageError `corrupt`; Error if a watermark is missing
 */
export async function decodeLayers(
  decodable: DecodableSource,
  source: SourceFacts,
  planned: readonly RenditionPlan[],
  { limits, focus, watermarks }: LayersContext,
): Promise<Layers> {
  const wanted = planned.some(({ variant }) => variant.colour === 'p3');
  const isWide = wanted && (await isWideSource(decodable.bytes, source));
  const pixelSource = source.format === 'heic' ? await heicAsTiff(decodable, source) : decodable;
  const decode = async (colour: Colour) => {
    const plans = planned.filter(({ variant }) => (isWide && variant.colour === 'p3' ? 'p3' : 'srgb') === colour);
    // The summary needs pixels in sRGB even if no rendition does.
    const sizes = plans.length > 0 ? plans : planned.slice(0, 1);
    const pixels = await decodePixels(pixelSource, source, sizes, limits, colour);
    const layers = await trimLayers(plans, { pixels, colour, source, focus });
    return { pixels, layers: layers.map((layer) => markLayer(layer, watermarks)) };
  };
  // One after the other: both at once would hold the decoder's memory twice.
  const srgb = await decode('srgb');
  const p3 = isWide ? await decode('p3') : undefined;
  return { decoded: srgb.pixels, all: [...srgb.layers, ...(p3?.layers ?? [])] };
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
