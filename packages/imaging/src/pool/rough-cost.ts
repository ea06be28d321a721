import type { SourceFacts, VariantSet } from '@imagemill/variants';
import type { Cost } from '../cost/cost.ts';
import { planRenditions, type RenditionPlan } from '../plan.ts';

const MEGA = 1e6;

/**
 * Bytes that a decoder holds per pixel, in the worst case for the format: all coefficients of a progressive JPEG, all rows of an
 * interlaced PNG of 16 bits, several planes of an AVIF (docs/performance.md).
 */
const bytesPerPixel = { jpeg: 7, png: 5, webp: 5, avif: 19, gif: 5, tiff: 8 } as const;
/** CPU of a decode. */
const decodeMsPerMegapixel = { jpeg: 60, png: 60, webp: 60, avif: 250, gif: 60, tiff: 60 } as const;
const encodeMsPerMegapixel = { avif: 300, webp: 150, jpeg: 60, png: 300 } as const;
/** Small buffers, and what the allocator adds. */
const BASE_BYTES = 48 * 1024 * 1024;

/** What an image costs at most, from its facts alone. */
export function roughCost(source: SourceFacts, set: VariantSet): Cost {
  const plans = planRenditions(source, set);
  const frames = set.some(({ animated }) => animated) ? source.frames : 1;
  const pixels = source.width * source.height * frames;
  const isDeep = source.colourSpace.endsWith('16');
  const isWide = isDeep || source.colourSpace === 'cmyk';
  const largest = Math.max(...plans.map(({ width, height }) => width * height));
  const encodeMs = (plan: RenditionPlan) =>
    ((plan.width * plan.height) / MEGA) *
    encodeMsPerMegapixel[plan.variant.format] *
    (plan.variant.animated ? frames : 1);
  return {
    cpuMs: (pixels / MEGA) * decodeMsPerMegapixel[source.format] + plans.reduce((sum, plan) => sum + encodeMs(plan), 0),
    memoryBytes:
      BASE_BYTES + 2 * source.bytes + pixels * bytesPerPixel[source.format] * (isWide ? 2 : 1) + 16 * largest,
  };
}
