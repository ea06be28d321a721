import { enhancing } from '@imagemill/imaging';
import sharp from 'sharp';
import { fetchPhotographs } from '../frontier/fetch-photographs.ts';
import type { RgbPixels } from '../frontier/ssimulacra2.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { blurred, byVips, type Change, compressed, noisy, opened, pixelsOf, same } from './damages.ts';
import { drawEnlargements } from './draw-enlargements.ts';
import { createScorer, type Scores } from './score.ts';
import { twiceByLanczos } from './twice.ts';
import { openWebsr } from './websr.ts';

const SIDE = 320;

const unsharp = byVips((picture) => picture.sharpen(enhancing));

/** How sellers' pictures are worse than they could be, and what libvips has against it. */
const damages: Readonly<Record<string, Change>> = {
  none: same,
  'noise σ 5': noisy(5),
  'noise σ 10': noisy(10),
  'blur σ 1': blurred(1),
  'blur σ 2': blurred(2),
  'JPEG of quality 30': compressed(30),
};
const cures: Readonly<Record<string, Change>> = {
  nothing: same,
  'median 3 × 3': byVips((picture) => picture.median(3)),
  'unsharp mask σ 1': unsharp,
};

const halfOf: Change = (picture) => pixelsOf(opened(picture).resize(picture.width / 2, picture.height / 2));
const then =
  (first: Change, second: Change): Change =>
  async (picture) =>
    second(await first(picture));

/** Before or after the picture is scaled down: an image can be decoded to a smaller size than it has. */
const halvingCures: Readonly<Record<string, Change>> = {
  ...Object.fromEntries(Object.entries(cures).map(([name, cure]) => [name, then(cure, halfOf)])),
  'unsharp mask σ 1, after scaling': then(halfOf, unsharp),
};

/** Of a picture with half of the pixels on each side, before it is enlarged. */
const damagesOfSmall: Readonly<Record<string, Change>> = {
  none: same,
  'JPEG of quality 90': compressed(90),
  'JPEG of quality 75': compressed(75),
  'JPEG of quality 50': compressed(50),
  'noise σ 5': noisy(5),
  'blur σ 1': blurred(1),
};

/** Of every photograph, in the order of the tables' rows. */
type Rows = Map<string, Scores[]>;

/**
 * Whether a damaged photograph that was enhanced is nearer to the undamaged one, by four metrics: filters of libvips at the picture's size
 * and at half of it, and enlarging a picture to twice its sides. Downloads photographs and the weights of a network, and draws some
 * enlargements.
 */
export async function benchEnhance({ quick }: { quick: boolean }): Promise<void> {
  sharp.concurrency(1);
  const photographs = await squares(quick ? 1 : undefined);
  const websr = await openWebsr();
  let cpuMs = 0;
  const byNetwork: Change = async (picture) => {
    const before = process.cpuUsage();
    const enlarged = await websr.upscale(picture);
    const { user, system } = process.cpuUsage(before);
    cpuMs += (user + system) / 1000;
    return enlarged;
  };
  const enlargers = {
    Lanczos3: async (picture: RgbPixels) => twiceByLanczos(picture),
    'Lanczos3, unsharp mask σ 1': async (picture: RgbPixels) => unsharp(twiceByLanczos(picture)),
    'cnn-2x-l-rl': byNetwork,
  };
  const rows = { filtered: new Map() as Rows, halves: new Map() as Rows, enlarged: new Map() as Rows };
  for (const { name, pixels } of photographs) {
    const half = await halfOf(pixels);
    await scoreAll(pixels, { damages, cures }, rows.filtered);
    await scoreAll(half, { damages, cures: halvingCures, from: pixels }, rows.halves);
    await scoreAll(pixels, { damages: damagesOfSmall, cures: enlargers, from: half }, rows.enlarged);
    console.log(name);
  }
  console.log(JSON.stringify({ machine: machine(), photographs: photographs.map(({ name }) => name) }));
  for (const each of Object.values(rows)) console.log(`\n${table(each)}`);
  const runs = photographs.length * Object.keys(damagesOfSmall).length;
  console.log(`\ncnn-2x-l-rl: ${(cpuMs / runs).toFixed(0)} ms of CPU for ${SIDE / 2} × ${SIDE / 2} pixels`);
  if (!quick) await drawSome(photographs, [enlargers.Lanczos3, enlargers['cnn-2x-l-rl']]);
  console.log(`memory at most: ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`);
}

const drawn = ['locomotion-house-cat', 'acanthus-mollis', 'city4'];

async function drawSome(photographs: Awaited<ReturnType<typeof squares>>, enlargers: readonly Change[]) {
  const chosen = photographs.filter(({ name }) => drawn.includes(name));
  const rows = chosen.map(async ({ pixels }) => ({
    whole: pixels,
    damagedHalf: await compressed(75)(await halfOf(pixels)),
  }));
  await drawEnlargements(await Promise.all(rows), enlargers);
}

/** Scaled down, so that they have detail in every pixel. */
async function squares(count?: number): Promise<{ name: string; pixels: RgbPixels }[]> {
  const found: { name: string; pixels: RgbPixels }[] = [];
  for (const { name, bytes } of await fetchPhotographs()) {
    const { width, height } = await sharp(bytes).metadata();
    if (found.length === count || Math.min(width, height) < 1.1 * SIDE) continue;
    found.push({ name, pixels: await pixelsOf(sharp(bytes).resize(SIDE, SIDE, { fit: 'cover' })) });
  }
  return found;
}

interface Trial {
  readonly damages: Readonly<Record<string, Change>>;
  readonly cures: Readonly<Record<string, Change>>;
  /** What is damaged; by default the original. */
  readonly from?: RgbPixels;
}

async function scoreAll(original: RgbPixels, { damages, cures, from = original }: Trial, rows: Rows) {
  const scorer = await createScorer(original);
  try {
    for (const [damage, harm] of Object.entries(damages)) {
      const damaged = await harm(from);
      for (const [cure, mend] of Object.entries(cures)) {
        const scores = await scorer.score(await mend(damaged));
        rows.set(`${damage}|${cure}`, [...(rows.get(`${damage}|${cure}`) ?? []), scores]);
      }
    }
  } finally {
    await scorer.close();
  }
}

/** Means, and in how many photographs a method is better than the first one by both perceptual metrics. */
function table(rows: Rows): string {
  let first: readonly Scores[] = [];
  let damageBefore = '';
  const cells = [...rows].map(([key, scores]) => {
    const [damage = '', cure = ''] = key.split('|');
    if (damage !== damageBefore) first = scores;
    damageBefore = damage;
    const better = scores.filter((each, at) => {
      const { butteraugli = 0, ssimulacra2 = 0 } = first[at] ?? {};
      return each.butteraugli < butteraugli && each.ssimulacra2 > ssimulacra2;
    });
    const mean = (of: (each: Scores) => number) => scores.reduce((sum, each) => sum + of(each), 0) / scores.length;
    return [
      ...[damage, cure, mean(({ psnr }) => psnr).toFixed(2), mean((each) => each.ssim).toFixed(3)],
      ...[mean(({ butteraugli }) => butteraugli).toFixed(2), mean(({ ssimulacra2 }) => ssimulacra2).toFixed(1)],
      scores === first ? '' : `${better.length} of ${scores.length}`,
    ];
  });
  return markdownTable(
    ['damage', 'enhanced by', 'PSNR', 'SSIM', 'butteraugli', 'SSIMULACRA 2', 'better by both'],
    cells,
  );
}
