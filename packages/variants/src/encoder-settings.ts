/** Options of each encoder. They affect a rendition's bytes, as the variant set does, and are part of the revision. */
export const encoderSettings = {
  // Effort 1: the library's default needs 14 times the CPU for 1 % fewer bytes; docs/performance.md has the measurements.
  avif: { effort: 1, chromaSubsampling: '4:2:0' },
  webp: { effort: 4, smartSubsample: false },
  jpeg: { mozjpeg: true },
  png: { compressionLevel: 9 },
} as const;
export type EncoderSettings = typeof encoderSettings;

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

/** Raise it with every change of the rendering code that changes the bytes for the same settings. */
export const ENGINE_VERSION = 7;
