import { encoderSettings, type Size, settingsOfSize } from '@imagemill/variants';
import type { Sharp } from 'sharp';

export const formats = ['webp', 'jpeg', 'avif'] as const;
export type BenchFormat = (typeof formats)[number];

/** The box of every picture of this bench. */
export const SIDE = 800;
export const quality: Readonly<Record<BenchFormat, number>> = { webp: 80, jpeg: 80, avif: 60 };

/** The category of this bench: one size, planned in each format. */
export const CATEGORY = 'bench';
export const variantSets = {
  [CATEGORY]: formats.map((format) => ({
    name: 'only',
    width: SIDE,
    height: SIDE,
    fit: 'inside',
    format,
    quality: quality[format],
  })),
};

/** The engine's settings of the encoder for a picture of 4:3, besides the quality. */
export function encoderOptions(format: BenchFormat, source: Size) {
  const [width, height] = [SIDE, (SIDE * 3) / 4];
  const shareOfSource = (width * height) / (source.width * source.height);
  return { ...encoderSettings[format], ...settingsOfSize({ format }, { width, height, shareOfSource }) };
}

/** The same encoding by bare sharp. */
export const encodeAs = (image: Sharp, format: BenchFormat, source: Size): Sharp =>
  image.toFormat(format, { quality: quality[format], ...encoderOptions(format, source) });
