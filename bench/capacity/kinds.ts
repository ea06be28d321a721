import sharp, { type Sharp } from 'sharp';
import { makeSource } from '../engine/sources.ts';

export interface Upload {
  readonly category: string;
  readonly megapixels: number;
}

/** Uploads that are measured on their own, and how many of them. */
export const kinds = {
  'product, 0.5 MP': { category: 'product', megapixels: 0.5, calibrated: 60 },
  'product, 2 MP': { category: 'product', megapixels: 2, calibrated: 30 },
  'product, 12 MP': { category: 'product', megapixels: 12, calibrated: 16 },
  'avatar, 0.5 MP': { category: 'avatar', megapixels: 0.5, calibrated: 100 },
} as const satisfies Record<string, Upload & { readonly calibrated: number }>;

export type Kind = keyof typeof kinds;

/** Of the run that the prediction is held against: mostly small images, so that 10,000 of them are rendered here in half an hour. */
export const runMix: Readonly<Record<Kind, number>> = {
  'product, 0.5 MP': 0.3,
  'product, 2 MP': 0.03,
  'product, 12 MP': 0.01,
  'avatar, 0.5 MP': 0.66,
};

/** How many images of each kind a run has; their sum is exact. */
export function countsOf(mix: Readonly<Record<Kind, number>>, images: number): Record<Kind, number> {
  const names = Object.keys(kinds) as Kind[];
  let before = 0;
  let share = 0;
  const counts = names.map((kind) => {
    share += mix[kind];
    const until = Math.round(share * images);
    const count = until - before;
    before = until;
    return [kind, count] as const;
  });
  return Object.fromEntries(counts) as Record<Kind, number>;
}

/** The kinds in an order in which each one is spread evenly over the run. */
export function inTurns(counts: Readonly<Record<Kind, number>>): Kind[] {
  return (Object.entries(counts) as [Kind, number][])
    .flatMap(([kind, count]) => Array.from({ length: count }, (_, index) => ({ kind, at: (index + 0.5) / count })))
    .toSorted((a, b) => a.at - b.at)
    .map(({ kind }) => kind);
}

/** A different photograph for each number: a part of a large mosaic, because equal images would be duplicates of each other. */
export type Photographs = (upload: Upload, number: number) => Promise<Buffer>;

const MOSAIC_MEGAPIXELS = 50;
/** The fractional parts of the golden ratio's multiples, and those of the plastic number's, spread points evenly. */
const STEPS = [0.618_033_988_7, 0.754_877_666_2] as const;

export async function openPhotographs(): Promise<Photographs> {
  const { path } = await makeSource(MOSAIC_MEGAPIXELS, 'baseline jpeg');
  const { data, info } = await sharp(path, { limitInputPixels: false }).raw().toBuffer({ resolveWithObject: true });
  const mosaic = (): Sharp => sharp(data, { raw: info, limitInputPixels: false });
  return ({ megapixels }, number) => {
    const height = Math.round(Math.sqrt((megapixels * 1_000_000 * 3) / 4));
    const width = Math.round((height * 4) / 3);
    const [left, top] = [(number * STEPS[0]) % 1, (number * STEPS[1]) % 1];
    return mosaic()
      .extract({
        left: Math.floor(left * (info.width - width)),
        top: Math.floor(top * (info.height - height)),
        width,
        height,
      })
      .jpeg({ quality: 90 })
      .toBuffer();
  };
}
