import sharp, { type Sharp } from 'sharp';
import type { Photograph } from './fetch-photographs.ts';
import { createJudge, type Judge } from './judge.ts';
import type { Score, ScoreCache } from './score-cache.ts';
import { encodeWith, type Setting } from './settings.ts';
import type { RgbPixels } from './ssimulacra2.ts';

/** A variant of the product set, as far as its size. */
export interface Box {
  readonly variant: string;
  readonly sidePx: number;
  readonly fit: 'cover' | 'inside';
}

export interface Sample extends Score {
  readonly photograph: string;
  readonly variant: string;
  readonly setting: Setting;
  readonly quality: number;
  readonly pixels: number;
}

export interface Wanted {
  readonly setting: Setting;
  readonly quality: number;
}

/** The CPU of an encode that takes longer has little noise. */
const LONG_MS = 300;

/** Encodes and scores a photograph at one size. Scores of earlier runs are taken from the cache. */
export async function measurePhotograph(
  { name, bytes }: Photograph,
  box: Box,
  wanted: readonly Wanted[],
  cache: ScoreCache,
): Promise<Sample[]> {
  const pixels = await scaled(bytes, box);
  let judge: Judge | undefined;
  const samples: Sample[] = [];
  try {
    for (const { setting, quality } of wanted) {
      const encoded = { ...setting, quality };
      let score = cache.get(pixels, encoded);
      if (!score) {
        judge ??= await createJudge(pixels);
        score = await measure(pixels, setting, quality, judge);
        await cache.put(pixels, encoded, score);
      }
      const { width, height } = pixels;
      samples.push({ ...score, photograph: name, variant: box.variant, setting, quality, pixels: width * height });
    }
  } finally {
    await judge?.close();
  }
  return samples;
}

async function measure(pixels: RgbPixels, setting: Setting, quality: number, judge: Judge): Promise<Score> {
  const { data, width, height } = pixels;
  const encode = () => encodeWith(sharp(data, { raw: { width, height, channels: 3 } }), setting, quality);
  const first = await timed(encode());
  const { cpuMs } = first.cpuMs < LONG_MS ? await timed(encode()) : first;
  const verdict = await judge.judge(first.encoded);
  return { ...verdict, bytes: first.encoded.byteLength, cpuMs: Math.min(cpuMs, first.cpuMs) };
}

async function timed(image: Sharp): Promise<{ encoded: Buffer; cpuMs: number }> {
  const before = process.cpuUsage();
  const encoded = await image.toBuffer();
  return { encoded, cpuMs: process.cpuUsage(before).user / 1000 };
}

async function scaled(bytes: Buffer, { sidePx, fit }: Box): Promise<RgbPixels> {
  const { data, info } = await sharp(bytes)
    .resize(sidePx, sidePx, { fit, withoutEnlargement: true })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
