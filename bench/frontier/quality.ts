import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { ssim } from 'ssim.js';

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
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-frontier-'));
  const butteraugli = await findOnPath('butteraugli_main');
  const referencePath = join(dir, 'reference.png');
  await writeFile(referencePath, reference);
  const referencePixels = await pixels(reference);
  return {
    async score(encoded) {
      const { mssim } = ssim(referencePixels, await pixels(encoded), { ssim: 'bezkrovny' });
      if (!butteraugli) return { ssim: mssim };
      const encodedPath = join(dir, 'encoded.png');
      await sharp(encoded).png({ compressionLevel: 1 }).toFile(encodedPath);
      const { stdout } = await promisify(execFile)(butteraugli, [referencePath, encodedPath], { timeout: 60_000 });
      const norm = /3-norm: ([\d.]+)/.exec(stdout)?.[1];
      return { ssim: mssim, ...(norm && { butteraugli: Number(norm) }) };
    },
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

async function pixels(bytes: Buffer) {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
}

async function findOnPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}
