import { ssim } from 'ssim.js';
import { createJudge, type Verdict } from '../frontier/judge.ts';
import type { RgbPixels } from '../frontier/ssimulacra2.ts';

/** How near a picture is to the original. Higher is better, except for butteraugli. */
export interface Scores extends Verdict {
  /** In dB, over all channels. */
  readonly psnr: number;
  /** Mean SSIM on luma, up to 1. */
  readonly ssim: number;
}

export interface Scorer {
  score(picture: RgbPixels): Promise<Scores>;
  close(): Promise<void>;
}

export async function createScorer(original: RgbPixels): Promise<Scorer> {
  const judge = await createJudge(original);
  const reference = withAlpha(original);
  return {
    async score(picture) {
      const verdict = await judge.judgePixels(picture);
      return { ...verdict, psnr: psnr(original, picture), ssim: ssim(reference, withAlpha(picture)).mssim };
    },
    close: judge.close,
  };
}

function psnr(a: RgbPixels, b: RgbPixels): number {
  const squares = a.data.reduce((sum, value, at) => sum + (value - (b.data[at] as number)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.data.length));
}

function withAlpha({ data, width, height }: RgbPixels) {
  const values = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel += 1)
    values.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
  return { data: values, width, height };
}
