import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { ssim } from 'ssim.js';
import { findButteraugli } from './butteraugli.ts';

export interface Quality {
  /** Mean SSIM on luma, up to 1; higher is better. */
  readonly ssim: number;
  /** Butteraugli's 3-norm; lower is better. Undefined if `butteraugli_main` is not installed. */
  readonly butteraugli?: number;
}

export interface Scorer {
  score(encoded: Buffer): Promise<Quality>;
  close(): Promise<void>;
}

/** Compares encodings of one picture with its pixels. */
export async function createScorer(reference: Buffer): Promise<Scorer> {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-quality-'));
  const butteraugli = await findButteraugli();
  const referencePath = join(dir, 'reference.png');
  await writeFile(referencePath, reference);
  const referencePixels = await pixels(reference);
  return {
    async score(encoded) {
      const { mssim } = ssim(referencePixels, await pixels(encoded), { ssim: 'bezkrovny' });
      if (!butteraugli) return { ssim: mssim };
      const encodedPath = join(dir, 'encoded.png');
      await sharp(encoded).png({ compressionLevel: 1 }).toFile(encodedPath);
      return { ssim: mssim, butteraugli: await butteraugli(referencePath, encodedPath) };
    },
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

async function pixels(bytes: Buffer) {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
}
