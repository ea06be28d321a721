import {
  type Colour,
  type Decided,
  decodeSize,
  type Enhance,
  planRenditions,
  type SourceFacts,
  type VariantSet,
} from '@imagemill/variants';
import sharp from 'sharp';
import { chooseFocus, type FocusSubject } from './choose-focus.ts';
import { interpretationOf } from './colour/interpretation.ts';
import { isWideGamut } from './colour/wide-gamut.ts';
import { decodePixels } from './decode-pixels.ts';
import { enhancedCopy } from './enhance.ts';
import { toRejection } from './errors.ts';
import { isGraphic } from './is-graphic.ts';
import type { Layer } from './layer.ts';
import type { ImageLimits } from './limits.ts';
import type { Pixels } from './pixels.ts';
import { bmpAsTiff } from './source/bmp/bmp-as-tiff.ts';
import { heicAsTiff } from './source/heic/heic-as-tiff.ts';
import { intactTiff } from './source/intact-tiff.ts';
import { jxlAsPng } from './source/jxl/jxl-as-png.ts';
import type { DecodableSource } from './source/readable-source.ts';
import { trimLayers } from './trim-layers.ts';
import { markLayer } from './watermark/mark-layer.ts';
import type { Watermarks } from './watermark/placed-mark.ts';

export interface Layers {
  /** All of the picture, in sRGB, as it was uploaded. */
  readonly decoded: Pixels;
  /** Some are in P3 if a source has colours outside of sRGB and a variant keeps them. */
  readonly all: readonly Layer[];
  readonly decided: Decided;
}

interface LayersContext extends Pick<FocusSubject, 'focus' | 'chosenFocus' | 'detector'> {
  readonly limits: ImageLimits;
  readonly watermarks: Watermarks;
  readonly enhance: Enhance | undefined;
}

/**
 * Decodes a source once for each colour space that its set needs: converting the pixels of one space to the other would take longer, and
 * lose precision.
 *
 * @throws RejectedImageError `corrupt`; Error if a watermark is missing
 */
export async function decodeLayers(
  decodable: DecodableSource,
  source: SourceFacts,
  set: VariantSet,
  { limits, watermarks, enhance, ...known }: LayersContext,
): Promise<Layers> {
  const wanted = set.some(({ colour }) => colour === 'p3');
  const pixelSource = (await convert[source.format]?.(decodable, source)) ?? decodable;
  const isWide = wanted && (await isWideSource(pixelSource, source));
  const variantsOf = (colour: Colour) =>
    set.filter((variant) => (isWide && variant.colour === 'p3' ? 'p3' : 'srgb') === colour);
  const decode = (colour: Colour) => {
    // The focus changes no size. The summary needs pixels in sRGB even if no rendition does.
    const variants = variantsOf(colour);
    const plans = variants.length > 0 ? planRenditions(source, variants) : planRenditions(source, set).slice(0, 1);
    return decodePixels(pixelSource, source, decodeSize(plans, enhance && source), limits, colour);
  };
  // One after the other: both at once would hold the decoder's memory twice.
  const decoded = await decode('srgb');
  const decided = await chooseFocus(decoded, { ...known, set, source });
  const focuses = { focus: known.focus, chosenFocus: decided.chosenFocus };
  const layersOf = async (colour: Colour, uploaded: Pixels) => {
    const plans = planRenditions(source, variantsOf(colour), focuses);
    const pixels = enhance ? await enhancedCopy(uploaded) : uploaded;
    const layers = await trimLayers(plans, { pixels, colour, source, focuses, isGraphic: isGraphic(uploaded) });
    return layers.map((layer) => markLayer(layer, watermarks));
  };
  const srgb = await layersOf('srgb', decoded);
  const p3 = isWide ? await layersOf('p3', await decode('p3')) : [];
  return { decoded, decided, all: [...srgb, ...p3] };
}

/** Formats whose pixels libvips does not decode, as files that it does, and one whose damage it does not always detect. */
const convert: Partial<
  Record<SourceFacts['format'], (decodable: DecodableSource, source: SourceFacts) => Promise<DecodableSource>>
> = { heic: heicAsTiff, bmp: bmpAsTiff, jxl: jxlAsPng, tiff: intactTiff };

async function isWideSource({ bytes, ...known }: DecodableSource, source: SourceFacts): Promise<boolean> {
  try {
    const interpretation = known.interpretation ?? (await interpretationOf(bytes, source));
    const { icc } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return isWideGamut(interpretation, icc);
  } catch (error) {
    throw toRejection(error);
  }
}
