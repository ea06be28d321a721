import { setImmediate } from 'node:timers/promises';
import type { Encoding } from './encoding.ts';
import { type Chromaticities, gamutMatrix } from './gamut.ts';
import { fullRange, type Levels } from './levels.ts';
import { hdrGain } from './tone-map.ts';
import { toStoredSrgb } from './transfer.ts';

/** Decoded pixels: RGB or RGBA, 8 or 16 bits per channel. */
export interface StoredPixels {
  readonly data: Uint8Array | Uint16Array;
  readonly channels: number;
}

/** Resolution of the lookup table for linear light; the darkest of sRGB's 256 levels is 20 steps wide. */
const STEPS = 65_535;
/** About 20 ms. */
const SLICE_PIXELS = 2 ** 18;

/**
 * Converts pixels to 8 bits per channel of a gamut, with the transfer function of sRGB. Colours outside of the gamut are clipped, as in
 * browsers. A megapixel takes about 80 ms; yields to other tasks between slices.
 */
export async function convertPixels(
  { data, channels }: StoredPixels,
  encoding: Encoding,
  to: Chromaticities,
  levels: Levels = fullRange,
): Promise<Buffer> {
  const convert = converter(encoding, to, levels, data.BYTES_PER_ELEMENT === 1 ? 255 : 65_535);
  const bytes = Buffer.allocUnsafe(data.length);
  const slice = SLICE_PIXELS * channels;
  for (let from = 0; from < data.length; from += slice) {
    convert(data, bytes, channels, from, Math.min(from + slice, data.length));
    await setImmediate();
  }
  return bytes;
}

type Convert = (data: StoredPixels['data'], bytes: Buffer, channels: number, from: number, to: number) => void;

function converter({ gamut, transfer }: Encoding, to: Chromaticities, levels: Levels, max: number): Convert {
  const light = Float32Array.from({ length: max + 1 }, (_, stored) => transfer.toLinear(levels(stored, max)));
  const [r, g, b] = gamutMatrix(gamut, to);
  const gain = transfer.hdr && hdrGain(transfer.hdr, gamut);
  return (data, bytes, channels, from, to) => {
    for (let at = from; at < to; at += channels) {
      const red = light[data[at] as number] as number;
      const green = light[data[at + 1] as number] as number;
      const blue = light[data[at + 2] as number] as number;
      const scale = gain ? gain(red, green, blue) : 1;
      bytes[at] = encoded(scale * (r[0] * red + r[1] * green + r[2] * blue));
      bytes[at + 1] = encoded(scale * (g[0] * red + g[1] * green + g[2] * blue));
      bytes[at + 2] = encoded(scale * (b[0] * red + b[1] * green + b[2] * blue));
      if (channels === 4) bytes[at + 3] = Math.round(((data[at + 3] as number) * 255) / max);
    }
  };
}

const levelOfLight = Uint8Array.from({ length: STEPS + 1 }, (_, step) => Math.round(255 * toStoredSrgb(step / STEPS)));
const encoded = (light: number) => levelOfLight[Math.min(STEPS, Math.max(0, light * STEPS + 0.5)) | 0] as number;
