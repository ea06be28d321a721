import { z } from 'zod';
import type { Size } from '../area.ts';
import { planRenditions } from '../plan.ts';
import { Variant } from '../variant.ts';
import type { Format } from '../variant-fields.ts';
import type { AskedSize } from './size-query.ts';

/** For a box with one side. */
const SIDE_MAX = 16_383;

/** A size as it is rendered and stored: device pixels, on the allowed steps. */
export interface RenderedSize extends Pick<AskedSize, 'fit' | 'focus' | 'bg'> {
  readonly w?: number | undefined;
  readonly h?: number | undefined;
  /** A multiple of 5; by default that of the format. */
  readonly q?: number | undefined;
}

/**
 * The allowed sides in pixels: common widths of thumbnails, cards and screens, at most a quarter apart. Fewer sizes give more hits,
 * and a signing app with a fault cannot ask for thousands of them.
 */
export const defaultSizeSteps: readonly number[] = [
  16, 24, 32, 40, 48, 64, 80, 96, 100, 120, 128, 150, 160, 192, 200, 240, 256, 300, 320, 360, 384, 400, 450, 480, 512,
  600, 640, 720, 750, 768, 800, 828, 900, 960, 1024, 1080, 1200, 1280, 1440, 1600, 1920, 2048, 2400, 2560, 3200, 3840,
];

/** Parses `16,24,…`, in any order. */
export const SizeSteps = z
  .string()
  .transform((text) => text.split(',').map(Number))
  .pipe(z.array(z.int().min(1).max(SIDE_MAX)).min(1))
  .transform((steps) => [...new Set(steps)].sort((a, b) => a - b));

const QUALITY_STEP = 5;
const qualities: Record<Format, number> = { avif: 60, webp: 80, jpeg: 80, png: 100 };

/**
 * Moves a size to the allowed steps: the longer side up to the next step, or down to the largest one; the other side in proportion.
 *
 * @param steps in pixels, ascending; undefined for a size that is allowed as it is
 */
export function renderedSize(
  { w, h, fit, q, dpr, focus, bg }: AskedSize,
  steps: readonly number[] | undefined,
): RenderedSize {
  const longer = Math.max(w ?? 0, h ?? 0);
  const wanted = Math.round(longer * dpr);
  const factor = (steps ? (steps.find((step) => step >= wanted) ?? steps.at(-1) ?? wanted) : wanted) / longer;
  const scaled = (side: number | undefined) => side && Math.min(SIDE_MAX, Math.max(1, Math.round(side * factor)));
  const quality = q && Math.max(QUALITY_STEP, Math.round(q / QUALITY_STEP) * QUALITY_STEP);
  return { w: scaled(w), h: scaled(h), fit, focus, bg, q: quality };
}

/** A size that is not above an original of these pixels: larger sizes would have the same bytes under other names. */
export function withinOriginal(size: RenderedSize, source: Size): RenderedSize {
  const { w, h, fit } = size;
  if (fit === 'inside') return { ...size, w: w && Math.min(w, source.width), h: h && Math.min(h, source.height) };
  const [plan] = fit === 'cover' ? planRenditions(source, [variantOfSize(size, 'webp')]) : [];
  return plan ? { ...size, w: plan.width, h: plan.height } : size;
}

/** The entry that renders a size. Its name is the canonical form of the parameters, which no variant of a set can have. */
export function variantOfSize(
  { w = SIDE_MAX, h = SIDE_MAX, fit, focus, bg = WHITE, q }: RenderedSize,
  format: Format,
): Variant {
  const quality = format === 'png' ? qualities.png : (q ?? qualities[format]);
  const background = /^[0-9a-f]{6}$/.test(bg) ? `#${bg}` : bg;
  return Variant.parse({ name: 'size', width: w, height: h, fit, format, quality, position: focus, background });
}

const WHITE = 'ffffff';

/**
 * The canonical form of a size in one format, as the name of its stored file: `w600_h400_cover_q80`. Requests with the same bytes have
 * the same name: defaults are written out, and the pixel ratio is part of the sides.
 */
export function sizeName(size: RenderedSize, format: Format): string {
  const { quality, position, fit } = variantOfSize(size, format);
  return [
    size.w && `w${size.w}`,
    size.h && `h${size.h}`,
    fit,
    format !== 'png' && `q${quality}`,
    position !== 'centre' && position,
    size.bg !== undefined && size.bg !== WHITE && `bg-${size.bg}`,
  ]
    .filter(Boolean)
    .join('_');
}
