/** How each encoder is driven; with the variant set it decides a rendition's bytes, so it is part of the revision. */
export const encoderSettings = {
  // Effort 1: docs/performance.md has the measured frontier; the library's default costs 14 times as much for 1 % fewer bytes.
  avif: { effort: 1, chromaSubsampling: '4:2:0' },
  webp: { effort: 4, smartSubsample: false },
  jpeg: { mozjpeg: true },
  png: { compressionLevel: 9 },
} as const;
export type EncoderSettings = typeof encoderSettings;

/**
 * The same for sources of at most `sideMax` pixels a side, such as icons: colours that two pixels share bleed into each
 * other, which shows at this size. WebP with loss always shares them; without loss, such a picture is a few kilobytes.
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

/** Raised by whoever changes the rendering code so that the same settings give other bytes. */
export const ENGINE_VERSION = 5;
