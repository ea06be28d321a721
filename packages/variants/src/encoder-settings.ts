/** How each encoder is driven; with the variant set it decides a rendition's bytes, so it is part of the revision. */
export const encoderSettings = {
  // Effort 1: docs/performance.md has the measured frontier; the library's default costs 14 times as much for 1 % fewer bytes.
  avif: { effort: 1, chromaSubsampling: '4:2:0' },
  webp: { effort: 4, smartSubsample: false },
  jpeg: { mozjpeg: true },
  png: { compressionLevel: 9 },
} as const;
export type EncoderSettings = typeof encoderSettings;

/** Raised by whoever changes the rendering code so that the same settings give other bytes. */
export const ENGINE_VERSION = 5;
