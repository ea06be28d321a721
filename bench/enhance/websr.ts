import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackedPackage } from '../frontier/fetch-photographs.ts';
import type { RgbPixels } from '../frontier/ssimulacra2.ts';
import { HALO_PX, websrNetwork } from './websr-network.ts';

/** MIT, © 2023 Sam Bhattacharyya: its file LICENSE. */
const PACKAGE = '@websr/websr@0.0.15';
/** Trained with photographs ("real life"). */
const WEIGHTS = 'weights/anime4k/cnn-2x-l-rl.json';
const TILE_PX = 128;

export interface Upscaler {
  /** Twice as wide and high. */
  upscale(picture: RgbPixels): Promise<RgbPixels>;
}

/**
 * WebSR's network in onnxruntime, with the weights of its package, which is downloaded. It sees one tile at a time, with so many pixels
 * around it that no seam is visible: memory does not grow with the picture.
 */
export async function openWebsr({ tile = TILE_PX }: { tile?: number } = {}): Promise<Upscaler> {
  const folder = await unpackedPackage({ registry: 'npm', package: PACKAGE });
  const weights = JSON.parse(await readFile(join(folder, WEIGHTS), 'utf8'));
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(websrNetwork(weights), { intraOpNumThreads: 1, interOpNumThreads: 1 });

  async function upscaleTile(from: RgbPixels, to: RgbPixels, left: number, top: number): Promise<void> {
    const [width, height] = [Math.min(tile, from.width - left), Math.min(tile, from.height - top)];
    const seen = { left: left - HALO_PX, top: top - HALO_PX, width: width + 2 * HALO_PX, height: height + 2 * HALO_PX };
    const dims = [1, 3, seen.height, seen.width];
    const { output } = await session.run({ input: new Tensor('float32', planes(from, seen), dims) });
    if (!output) throw new Error('The network has no output.');
    copyMiddle(output.data, { width: 2 * seen.width, height: 2 * seen.height }, to, { left: 2 * left, top: 2 * top });
  }

  return {
    async upscale(picture) {
      const [width, height] = [2 * picture.width, 2 * picture.height];
      const to = { data: Buffer.alloc(width * height * 3), width, height };
      for (let top = 0; top < picture.height; top += tile)
        for (let left = 0; left < picture.width; left += tile) await upscaleTile(picture, to, left, top);
      return to;
    },
  };
}

/** One plane per channel, from 0 to 1; the pixels at the borders are repeated beyond them. */
function planes(from: RgbPixels, seen: { left: number; top: number; width: number; height: number }): Float32Array {
  const size = seen.width * seen.height;
  const values = new Float32Array(3 * size);
  for (let y = 0; y < seen.height; y += 1)
    for (let x = 0; x < seen.width; x += 1) {
      const column = Math.min(from.width - 1, Math.max(0, seen.left + x));
      const row = Math.min(from.height - 1, Math.max(0, seen.top + y));
      for (let channel = 0; channel < 3; channel += 1)
        values[channel * size + y * seen.width + x] =
          (from.data[(row * from.width + column) * 3 + channel] as number) / 255;
    }
  return values;
}

function copyMiddle(
  values: Float32Array,
  tile: { width: number; height: number },
  to: RgbPixels,
  at: { left: number; top: number },
): void {
  const border = 2 * HALO_PX;
  const size = tile.width * tile.height;
  for (let y = border; y < tile.height - border; y += 1)
    for (let x = border; x < tile.width - border; x += 1) {
      const pixel = (at.top + y - border) * to.width + at.left + x - border;
      for (let channel = 0; channel < 3; channel += 1) {
        const value = values[channel * size + y * tile.width + x] as number;
        to.data[3 * pixel + channel] = Math.round(255 * Math.min(1, Math.max(0, value)));
      }
    }
}
