import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { ssim } from 'ssim.js';
import { createJudge } from '../frontier/judge.ts';
import type { RgbPixels } from '../frontier/ssimulacra2.ts';
import { markdownTable } from '../report/markdown-table.ts';

const photographs = [
  'airplane-from-above',
  'allium-oreophilum',
  'french-alpine-landscape',
  'locomotion-house-cat',
  'nagasaki-boats',
];
const SIDE = 512;

type Change = (picture: Sharp) => Sharp | Promise<Sharp>;

const same: Change = (picture) => picture;

/** How sellers' pictures are worse than they could be. */
const damages: Readonly<Record<string, Change>> = {
  none: same,
  'noise σ 5': (picture) => noisy(picture, 5),
  'noise σ 10': (picture) => noisy(picture, 10),
  'blur σ 1': (picture) => picture.blur(1),
  'JPEG quality 30': async (picture) => sharp(await picture.jpeg({ quality: 30 }).toBuffer()),
};

/** What libvips has against it. */
const cures: Readonly<Record<string, Change>> = {
  nothing: same,
  'median 3 × 3': (picture) => picture.median(3),
  'unsharp mask σ 1': (picture) => picture.sharpen({ sigma: 1, m1: 1, m2: 1.5, x1: 2, y2: 10, y3: 20 }),
};

/** Of the source: a rendition of its size, and one that is half as wide. */
const scales = [1, 0.5];

interface Scores {
  readonly psnr: number;
  readonly ssim: number;
  readonly butteraugli: number;
  readonly ssimulacra2: number;
}

/** Whether a damaged picture that was enhanced is nearer to the undamaged one, by four metrics, at two sizes. */
export async function benchEnhance({ quick }: { quick: boolean }): Promise<void> {
  const rows: string[][] = [];
  const sources = await Promise.all(photographs.slice(0, quick ? 1 : undefined).map(sourceOf));
  for (const [damage, harm] of Object.entries(damages)) {
    for (const [cure, mend] of Object.entries(cures)) {
      const cells: string[] = [];
      for (const scale of scales) {
        const scores = await Promise.all(sources.map((source) => scoresOf(source, { harm, mend, scale })));
        cells.push(...shown(scores));
      }
      rows.push([damage, cure, ...cells]);
    }
  }
  const metrics = ['PSNR', 'SSIM', 'butteraugli', 'SSIMULACRA 2'];
  const head = scales.flatMap((scale) => metrics.map((metric) => (scale === 1 ? metric : `half size: ${metric}`)));
  console.log(markdownTable(['damage', 'enhanced by', ...head], rows));
}

async function sourceOf(name: string): Promise<Buffer> {
  const bytes = await readFile(new URL(`../corpus/${name}.jpg`, import.meta.url));
  // Scaled down, so that it has detail in every pixel.
  return sharp(bytes).resize(SIDE, SIDE, { fit: 'cover' }).removeAlpha().toColourspace('srgb').png().toBuffer();
}

async function scoresOf(source: Buffer, change: { harm: Change; mend: Change; scale: number }): Promise<Scores> {
  const side = Math.round(SIDE * change.scale);
  const scaled = async (picture: Sharp) => pixelsOf(sharp(await picture.png().toBuffer()).resize(side, side));
  const damaged = await (await change.harm(sharp(source))).png().toBuffer();
  const [original, mended] = [await scaled(sharp(source)), await scaled(await change.mend(sharp(damaged)))];
  const judge = await createJudge(original);
  try {
    const { data, width, height } = mended;
    const verdict = await judge.judge(
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer(),
    );
    return { ...verdict, psnr: psnr(original, mended), ssim: ssim(rgba(original), rgba(mended)).mssim };
  } finally {
    await judge.close();
  }
}

async function pixelsOf(picture: Sharp): Promise<RgbPixels> {
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function psnr(a: RgbPixels, b: RgbPixels): number {
  const squares = a.data.reduce((sum, value, at) => sum + (value - (b.data[at] as number)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.data.length));
}

function rgba({ data, width, height }: RgbPixels) {
  const values = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel += 1)
    values.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
  return { data: values, width, height };
}

async function noisy(picture: Sharp, sigma: number): Promise<Sharp> {
  const { data, width, height } = await pixelsOf(picture);
  const random = generator();
  const noise = () => sigma * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  const values = Uint8ClampedArray.from(data, (value) => Math.round(value + noise()));
  return sharp(Buffer.from(values), { raw: { width, height, channels: 3 } });
}

/** The same numbers in every run, in (0, 1): https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function shown(scores: readonly Scores[]): string[] {
  const mean = (of: (scores: Scores) => number) => scores.reduce((sum, each) => sum + of(each), 0) / scores.length;
  return [
    mean(({ psnr }) => psnr).toFixed(1),
    mean(({ ssim }) => ssim).toFixed(3),
    mean(({ butteraugli }) => butteraugli).toFixed(2),
    mean(({ ssimulacra2 }) => ssimulacra2).toFixed(1),
  ];
}
