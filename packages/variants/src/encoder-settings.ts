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
export const ENGINE_VERSION = 6;
