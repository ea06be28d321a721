import type { Sharp } from 'sharp';

/** One combination of an encoder's settings. */
export interface Setting {
  readonly format: 'avif' | 'webp' | 'jpeg';
  readonly effort: number;
  readonly quality: number;
  readonly chroma: '4:2:0' | '4:4:4';
}

const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);

const combine = (
  format: Setting['format'],
  efforts: readonly number[],
  qualities: readonly number[],
  chromas: readonly Setting['chroma'][],
): Setting[] =>
  efforts.flatMap((effort) =>
    qualities.flatMap((quality) => chromas.map((chroma) => ({ format, effort, quality, chroma }))),
  );

/** All settings to measure. Lossy WebP always subsamples chroma; effort 1 of jpeg is mozjpeg, 0 is plain. */
export function sweep(quick: boolean): Setting[] {
  if (quick) return [...combine('avif', [0, 1], [60], ['4:2:0']), ...combine('webp', [2, 4], [80], ['4:2:0'])];
  return [
    ...combine('avif', range(0, 4, 1), range(45, 70, 5), ['4:2:0', '4:4:4']),
    ...combine('webp', [0, 1, 2, 3, 4, 6], range(70, 90, 5), ['4:2:0']),
    ...combine('jpeg', [0, 1], range(70, 90, 5), ['4:2:0', '4:4:4']),
  ];
}

export function encodeWith(image: Sharp, { format, effort, quality, chroma }: Setting): Sharp {
  if (format === 'avif') return image.avif({ quality, effort, chromaSubsampling: chroma });
  if (format === 'webp') return image.webp({ quality, effort });
  return image.jpeg({ quality, mozjpeg: effort === 1, chromaSubsampling: chroma });
}

export const settingName = ({ format, effort, quality, chroma }: Setting) =>
  `${format} q${quality} effort ${effort} ${chroma}`;
