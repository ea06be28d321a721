import {
  type Area,
  type Colour,
  type KnownOfImage,
  planRenditions,
  type RenditionPlan,
  type Size,
} from '@imagemill/variants';
import sharp from 'sharp';
import { withBackdrops } from './backdrop.ts';
import { contentArea } from './content-area.ts';
import type { Layer } from './layer.ts';
import type { Pixels } from './pixels.ts';

interface Decoded {
  readonly pixels: Pixels;
  readonly colour: Colour;
  /** The source's size, which the plans are relative to. It may have been decoded to a smaller one. */
  readonly source: Size;
  readonly focuses: Pick<KnownOfImage, 'focus' | 'chosenFocus'>;
  readonly isGraphic: boolean;
}

/** One layer for each `trim` of the plans, with what it leaves of the decoded pixels, and one for the plans without. */
export function trimLayers(plans: readonly RenditionPlan[], decoded: Decoded): Promise<Layer[]> {
  const groups = Map.groupBy(plans, ({ variant }) => variant.trim);
  return Promise.all([...groups].map(([trim, alike]) => layerOf(trim, alike, decoded)));
}

async function layerOf(trim: number | undefined, plans: readonly RenditionPlan[], decoded: Decoded): Promise<Layer> {
  const { pixels, colour, source, focuses } = decoded;
  if (trim === undefined) return { colour, pixels, plans: withBackdrops(plans, decoded) };
  const area = contentArea(pixels, { tolerance: trim, isScaled: pixels.raw.width < source.width });
  const set = plans.map(({ variant }) => variant);
  const exact = planRenditions(source, set, { ...focuses, partOf: () => inSource(area, pixels.raw, source) });
  // The background of the colour of the border is that of the border that was trimmed.
  return { colour, pixels: await cut(pixels, area), plans: withBackdrops(exact, decoded) };
}

function inSource({ left, top, width, height }: Area, decoded: Size, source: Size): Area {
  const [across, down] = [source.width / decoded.width, source.height / decoded.height];
  return {
    left: left * across,
    top: top * down,
    width: Math.max(1, Math.round(width * across)),
    height: Math.max(1, Math.round(height * down)),
  };
}

async function cut(pixels: Pixels, area: Area): Promise<Pixels> {
  const { width, height, channels } = pixels.raw;
  if (area.width === width && area.height === height) return pixels;
  const data = await sharp(pixels.data, { raw: pixels.raw }).extract(area).raw().toBuffer();
  return { data, raw: { width: area.width, height: area.height, channels } };
}
