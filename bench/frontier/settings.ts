import type { Sharp } from 'sharp';

/** One combination of an encoder's settings, without the quality. */
export interface Setting {
  readonly format: 'avif' | 'webp' | 'jpeg';
  /** Of jpeg, the only one is mozjpeg. */
  readonly effort: number;
  /** Lossy WebP always subsamples chroma. */
  readonly chroma: '4:2:0' | '4:4:4';
  /** Of avif: sharp's default, `auto`, is `iq`. */
  readonly tune?: 'iq' | 'ssim' | 'psnr';
  readonly bitdepth?: 10;
  /** Of webp: a slower, sharper conversion to 4:2:0. */
  readonly smartSubsample?: true;
}

interface Curve {
  readonly setting: Setting;
  readonly qualities: readonly number[];
  /** Measured on every fifth photograph only. */
  readonly isVariation: boolean;
}

/** The quality that the standard sets use, and one above; sharp's default of avif is 50. */
const QUALITIES = { avif: [60, 70], webp: [80, 88], jpeg: [80, 88] } as const;

const curve = (setting: Setting, qualities: readonly number[] = QUALITIES[setting.format]): Curve => ({
  setting,
  qualities,
  isVariation: false,
});
const variation = (setting: Setting, qualities: readonly number[] = QUALITIES[setting.format]): Curve => ({
  setting,
  qualities,
  isVariation: true,
});

const avif = (effort: number, more: Partial<Setting> = {}): Setting => ({
  format: 'avif',
  effort,
  chroma: '4:2:0',
  tune: 'iq',
  ...more,
});
const webp = (effort: number): Setting => ({ format: 'webp', effort, chroma: '4:2:0' });

/** All settings to measure, each at two or three qualities. */
export function sweep(quick: boolean): Curve[] {
  if (quick) return [avif(1), avif(2), webp(2), webp(4)].map((setting) => curve(setting));
  return [
    ...[0, 4].map((effort) => curve(avif(effort))),
    ...[1, 2, 3].map((effort) => curve(avif(effort), [50, 60, 70])),
    ...[0, 2, 4, 5, 6].map((effort) => curve(webp(effort))),
    curve({ format: 'jpeg', effort: 0, chroma: '4:2:0' }),
    ...[1, 3].map((effort) => variation(avif(effort, { chroma: '4:4:4' }))),
    // The default of sharp.
    variation(avif(4, { chroma: '4:4:4' }), [50, 60]),
    ...[0, 1, 2, 3].map((effort) => variation(avif(effort, { bitdepth: 10 }))),
    variation(avif(1, { chroma: '4:4:4', bitdepth: 10 })),
    ...(['ssim', 'psnr'] as const).map((tune) => variation(avif(2, { tune }))),
    variation({ ...webp(4), smartSubsample: true }),
  ];
}

/** Whether large renditions have it: there, it is measured on all photographs. */
export const isForLarge = ({ bitdepth, chroma }: Setting) => bitdepth === 10 && chroma === '4:2:0';

export function encodeWith(image: Sharp, setting: Setting, quality: number): Sharp {
  const { format, effort, chroma: chromaSubsampling, tune, bitdepth, smartSubsample } = setting;
  if (format === 'jpeg') return image.jpeg({ quality, mozjpeg: true, chromaSubsampling });
  if (format === 'webp') return image.webp({ quality, effort, ...(smartSubsample && { smartSubsample }) });
  return image.avif({ quality, effort, chromaSubsampling, ...(tune && { tune }), ...(bitdepth && { bitdepth }) });
}

export function settingName({ format, effort, chroma, tune, bitdepth, smartSubsample }: Setting): string {
  if (format === 'jpeg') return 'mozjpeg';
  const unusual = [
    chroma === '4:4:4' && chroma,
    bitdepth && `${bitdepth} bit`,
    tune && tune !== 'iq' && `tune ${tune}`,
    smartSubsample && 'smart subsampling',
  ];
  return [`${format} effort ${effort}`, ...unusual].filter(Boolean).join(', ');
}
