import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Verdict } from './judge.ts';
import type { RgbPixels } from './ssimulacra2.ts';

export interface Score extends Verdict {
  readonly bytes: number;
  readonly cpuMs: number;
}

/** Raise it with every change of how a score is measured. */
const MEASURED_AS = 1;

export interface ScoreCache {
  get(pixels: RgbPixels, encoded: object): Score | undefined;
  put(pixels: RgbPixels, encoded: object, score: Score): Promise<void>;
}

/** The scores of earlier runs with the same encoders, in the temporary folder: only what is new is measured again. */
export async function openScoreCache(): Promise<ScoreCache> {
  const folder = join(tmpdir(), 'imagemill-bench-scores');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'scores.jsonl');
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const scores = new Map(lines.map((line) => JSON.parse(line) as [string, Score]));
  return {
    get: (pixels, encoded) => scores.get(keyOf(pixels, encoded)),
    async put(pixels, encoded, score) {
      const key = keyOf(pixels, encoded);
      scores.set(key, score);
      await appendFile(file, `${JSON.stringify([key, score])}\n`);
    },
  };
}

function keyOf({ data, width, height }: RgbPixels, encoded: object): string {
  const { aom, webp, mozjpeg, heif } = sharp.versions as Record<string, string | undefined>;
  const measured = { measuredAs: MEASURED_AS, aom, webp, mozjpeg, heif, width, height, encoded };
  return createHash('sha256').update(data).update(JSON.stringify(measured)).digest('hex').slice(0, 24);
}
