import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { findButteraugli } from './butteraugli.ts';
import { createSsimulacra2, type RgbPixels } from './ssimulacra2.ts';

/** Two metrics that were fitted to different judgements: a setting that is better on one only is not better. */
export interface Verdict {
  /** The 3-norm; lower is better. */
  readonly butteraugli: number;
  /** Up to 100; higher is better. */
  readonly ssimulacra2: number;
}

export interface Judge {
  judge(encoded: Buffer): Promise<Verdict>;
  judgePixels(pixels: RgbPixels): Promise<Verdict>;
  close(): Promise<void>;
}

/**
 * Compares encodings of one picture with its pixels.
 *
 * @throws Error if butteraugli is not installed, or an encoding has another size
 */
export async function createJudge(reference: RgbPixels): Promise<Judge> {
  const butteraugli = await findButteraugli();
  if (!butteraugli) throw new Error('butteraugli_main is not installed: on Debian, apt-get install libjxl-devtools');
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-frontier-'));
  const referencePath = join(dir, 'reference.ppm');
  const encodedPath = join(dir, 'encoded.ppm');
  await writeFile(referencePath, portablePixmap(reference));
  const ssimulacra2 = createSsimulacra2(reference);
  const judgePixels = async (pixels: RgbPixels) => {
    await writeFile(encodedPath, portablePixmap(pixels));
    return { butteraugli: await butteraugli(referencePath, encodedPath), ssimulacra2: ssimulacra2(pixels) };
  };
  return {
    judge: async (encoded) => judgePixels(await rgbPixels(sharp(encoded))),
    judgePixels,
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

/** A picture without its alpha channel, in sRGB. */
export async function rgbPixels(picture: Sharp): Promise<RgbPixels> {
  const { data, info } = await picture.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** https://netpbm.sourceforge.net/doc/ppm.html, the binary format: without compression, so that its CPU is not the encoder's. */
const portablePixmap = ({ data, width, height }: RgbPixels) =>
  Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), data]);
