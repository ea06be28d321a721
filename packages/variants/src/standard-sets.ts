import type { z } from 'zod';
import type { Variant } from './variant.ts';
import type { Fit, Format, Position, Shape } from './variant-fields.ts';

interface Box {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly fit: Fit;
  readonly shape?: Shape;
  readonly formats: readonly Format[];
}

const qualities: Record<Format, number> = { avif: 60, webp: 80, jpeg: 80, png: 100 };

const entries = (boxes: readonly Box[], position?: Position): z.input<typeof Variant>[] =>
  boxes.flatMap(({ formats, ...box }) =>
    formats.map((format) => ({
      ...box,
      format,
      quality: qualities[format],
      ...(position && { position }),
    })),
  );

export const productSet = entries([
  { name: 'thumb', width: 150, height: 150, fit: 'cover', formats: ['avif', 'webp'] },
  { name: 'small', width: 300, height: 300, fit: 'inside', formats: ['avif', 'webp'] },
  { name: 'medium', width: 600, height: 600, fit: 'inside', formats: ['avif', 'webp'] },
  { name: 'large', width: 1200, height: 1200, fit: 'inside', formats: ['avif', 'webp', 'jpeg'] },
  { name: 'retina', width: 2400, height: 2400, fit: 'inside', formats: ['avif', 'webp'] },
  { name: 'og', width: 1200, height: 630, fit: 'cover', formats: ['jpeg'] },
]);

export const avatarSet = entries(
  [
    { name: 'small', width: 48, height: 48, fit: 'cover', formats: ['avif', 'webp'] },
    { name: 'medium', width: 128, height: 128, fit: 'cover', formats: ['avif', 'webp'] },
    { name: 'large', width: 256, height: 256, fit: 'cover', formats: ['avif', 'webp', 'jpeg'] },
    { name: 'round-small', width: 100, height: 100, fit: 'cover', shape: 'circle', formats: ['webp', 'png'] },
    { name: 'round-medium', width: 200, height: 200, fit: 'cover', shape: 'circle', formats: ['webp', 'png'] },
    { name: 'round-large', width: 400, height: 400, fit: 'cover', shape: 'circle', formats: ['webp', 'png'] },
  ],
  'face',
);
