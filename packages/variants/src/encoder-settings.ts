import type { Size } from './area.ts';
import type { Format } from './variant-fields.ts';

/** Options of each encoder for every size. They affect a rendition's bytes, as the variant set does, and are part of the revision. */
export const encoderSettings = {
  avif: { chromaSubsampling: '4:2:0' },
  webp: { smartSubsample: false },
  jpeg: { mozjpeg: true },
  png: { compressionLevel: 9 },
} as const;
export type EncoderSettings = typeof encoderSettings;

/**
 * The encoders' effort by the pixels of a rendition: that of the first row with room for them. Small renditions are seen most and cost
 * least: they get more CPU, which the largest ones save. Found with `bench frontier`, which compares efforts at equal butteraugli and
 * SSIMULACRA 2, for the views of each size of the product set and at most the CPU of effort 1 for avif and 2 for webp:
 * docs/performance.md, docs/adr/0037-effort-by-size.md. Effort 6 of webp is out of the question: it takes seconds for transparency. Part of
 * the revision.
 */
export const effortBySize = [
  { pixelsMax: 150 * 150, avif: 4, webp: 5 },
  { pixelsMax: 600 * 600, avif: 3, webp: 5 },
  { pixelsMax: 1200 * 1200, avif: 2, webp: 4 },
  { pixelsMax: Number.MAX_SAFE_INTEGER, avif: 0, webp: 2 },
] as const;

/** The effort of a rendition whose variant has none of its own. @returns undefined for a format without efforts */
export function effortOf(format: Format, { width, height }: Size): number | undefined {
  if (format !== 'avif' && format !== 'webp') return undefined;
  return effortBySize.find(({ pixelsMax }) => width * height <= pixelsMax)?.[format];
}

/**
 * Round png files have a palette of 256 colours, unless lossless is smaller: a photograph of 400 pixels has 40 % of the bytes, and is
 * closer to its pixels than the webp beside it. Effort 4 costs as much CPU as lossless; higher ones cost three times as much for the
 * same bytes. docs/performance.md has the measurements. Fewer than one colour for 16 pixels: a graphic, which may be smaller lossless.
 */
export const roundPng = { palette: { palette: true, quality: 100, effort: 4 }, pixelsPerColour: 16 } as const;

/**
 * Overrides for sources of at most `sideMax` pixels per side, such as icons: at this size, chroma subsampling visibly
 * mixes the colours of neighbouring pixels. Lossy WebP always subsamples; a lossless picture of this size is a few kB.
 */
export const tinySource = {
  sideMax: 64,
  settings: {
    avif: { chromaSubsampling: '4:4:4' },
    webp: { lossless: true },
    jpeg: { chromaSubsampling: '4:4:4' },
    png: {},
  },
} as const;

/**
 * Overrides for graphics: logos, charts, text, screenshots. Chroma subsampling blurs their coloured edges. A webp is the smaller of lossy
 * and lossless. `bench graphics` has the measurements.
 */
export const graphicSettings = {
  avif: { chromaSubsampling: '4:4:4' },
  webp: {},
  jpeg: { chromaSubsampling: '4:4:4' },
  png: {},
} as const;

/** Raise it with every change of the rendering code that changes the bytes for the same settings. */
export const ENGINE_VERSION = 7;
