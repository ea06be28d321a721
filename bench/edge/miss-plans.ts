import type { MissPlan } from './measure-misses.ts';
import { formats } from './settings.ts';

export const CONNECTIONS = [1, 8, 64];

/** One picture after the other: more of those that take little CPU, in more rounds than those that are measured for their throughput. */
const alone = { formats, connections: [1], rounds: 4, ipxPictures: 3 } as const;
const jpeg = { megapixels: 12, encoding: 'baseline jpeg' } as const;

export const plans: readonly MissPlan[] = [
  ...(['baseline jpeg', 'png', 'webp'] as const).map((encoding) => ({
    ...alone,
    megapixels: 2,
    encoding,
    pictures: 6,
  })),
  { ...alone, megapixels: 24, encoding: 'baseline jpeg', pictures: 4 },
  ...[24, 12].flatMap((megapixels) =>
    (['png', 'webp'] as const).map((encoding) => ({ ...alone, megapixels, encoding, pictures: 2 })),
  ),
  { ...alone, ...jpeg, formats: ['webp', 'jpeg'], pictures: 6, ipxPictures: 24 },
  { ...jpeg, formats: ['webp', 'jpeg'], connections: [8], rounds: 2, pictures: 48, ipxPictures: 48 },
  { ...jpeg, formats: ['webp', 'jpeg'], connections: [64], rounds: 2, pictures: 64, ipxPictures: 64 },
  { ...alone, ...jpeg, formats: ['avif'], pictures: 6, ipxPictures: 4 },
  { ...jpeg, formats: ['avif'], connections: [8], rounds: 2, pictures: 16, ipxPictures: 8 },
];

export const quickPlans: readonly MissPlan[] = [
  { ...jpeg, formats, connections: [1, 8], rounds: 2, pictures: 2, ipxPictures: 2 },
];

/**
 * Starts every engine process, which takes several pictures at once, and lets V8 compile what runs for each picture: a service has been
 * running for longer than these.
 */
export const warmUp: MissPlan = {
  ...{ megapixels: 2, encoding: 'baseline jpeg', formats, connections: [8] },
  ...{ rounds: 1, pictures: 40, ipxPictures: 4 },
};
