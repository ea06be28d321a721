import type { Size } from './area.ts';
import type { Variant } from './variant.ts';

/** Options of each encoder for every size. They affect a rendition's bytes, as the variant set does, and are part of the revision. */
export const encoderSettings = {
  avif: { chromaSubsampling: '4:2:0' },
  webp: { smartSubsample: false },
  // The search for the best scans takes a quarter of the CPU, and saves 1.5 % of the bytes.
  jpeg: { mozjpeg: true, optimiseScans: false },
  png: { compressionLevel: 9 },
} as const;
export type EncoderSettings = typeof encoderSettings;

/**
 * The encoders' effort by the pixels of a rendition, and by their share of the source's: that of the first row that both are within. Small
 * renditions are seen most and cost least: they get the CPU that the largest ones save. The share keeps the CPU of a small source, whose
 * renditions are all nearly as large as itself, within that of effort 1 for avif and 2 for webp. Found with `bench frontier`, which
 * compares efforts at equal butteraugli and SSIMULACRA 2, for the views of each size of the product set: docs/performance.md,
 * docs/adr/0037-effort-by-size.md. Effort 6 of webp is out of the question: it takes seconds for transparency. Part of the revision.
 */
export const effortBySize = [
  { pixelsMax: 150 * 150, shareMax: 0.03, avif: 4, webp: 5 },
  { pixelsMax: 150 * 150, shareMax: 1, avif: 3, webp: 5 },
  { pixelsMax: 300 * 300, shareMax: 0.01, avif: 4, webp: 5 },
  { pixelsMax: 600 * 600, shareMax: 0.1, avif: 3, webp: 5 },
  { pixelsMax: 600 * 600, shareMax: 0.4, avif: 2, webp: 4 },
  { pixelsMax: 600 * 600, shareMax: 0.9, avif: 1, webp: 2 },
  { pixelsMax: 1200 * 1200, shareMax: Number.MAX_SAFE_INTEGER, avif: 0, webp: 2 },
  { pixelsMax: Number.MAX_SAFE_INTEGER, shareMax: Number.MAX_SAFE_INTEGER, avif: 0, webp: 0 },
] as const;

/**
 * The bits per channel of an avif of more than `pixelsOver` pixels, and at most `pixelsMax`. There, 10 bits need fewer bytes than 8 for the
 * same butteraugli and for the same SSIMULACRA 2; smaller ones need more by one of the two. Larger ones would need fewer as well, but take
 * twice the memory of an image and a third more CPU, for few views. Part of the revision.
 */
export const deepAvif = { pixelsOver: 600 * 600, pixelsMax: 1200 * 1200, bitdepth: 10 } as const;

/** A rendition, as far as its encoder's settings depend on it. */
export interface EncodedSize extends Size {
  /** Its pixels, relative to those of the source, or of what is left of it after trimming. With padding, it may be above 1. */
  readonly shareOfSource: number;
}

/** The effort of a variant's rendition: its own, or that of the size. @returns undefined for a format without efforts */
export function effortOf(
  { format, effort }: Coding,
  { width, height, shareOfSource }: EncodedSize,
): number | undefined {
  if (effort !== undefined || (format !== 'avif' && format !== 'webp')) return effort;
  const isWithin = ({ pixelsMax, shareMax }: (typeof effortBySize)[number]) =>
    width * height <= pixelsMax && shareOfSource <= shareMax;
  return effortBySize.find(isWithin)?.[format];
}

type Coding = Pick<Variant, 'format' | 'effort'>;

/** All settings that depend on the size of a rendition. */
export function settingsOfSize(variant: Coding, size: EncodedSize) {
  const effort = effortOf(variant, size);
  const pixels = size.width * size.height;
  const isDeep = variant.format === 'avif' && pixels > deepAvif.pixelsOver && pixels <= deepAvif.pixelsMax;
  return { ...(effort !== undefined && { effort }), ...(isDeep && { bitdepth: deepAvif.bitdepth }) };
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

/**
 * Gain maps of renditions: their sides as a share of the rendition's, if the original's map is large enough, and their jpeg quality. Part
 * of the revision of sets that keep them.
 */
export const gainMapSettings = { shareMax: 1 / 4, quality: 80 } as const;

/** Raise it with every change of the rendering code that changes the bytes for the same settings. */
export const ENGINE_VERSION = 9;
