import { setImmediate } from 'node:timers/promises';
import type { Pixels } from '../pixels.ts';

const SLICE = 2 ** 22;

/** Rounds 16-bit values to 8 bits; libvips would truncate them. Yields to other tasks between slices. */
export async function toBytes(words: Uint16Array): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(words.length);
  for (let from = 0; from < words.length; from += SLICE) {
    const to = Math.min(from + SLICE, words.length);
    for (let at = from; at < to; at++) bytes[at] = ((words[at] as number) + 128) / 257;
    await setImmediate();
  }
  return bytes;
}

/** Maps a stored value to 0 to 1; `max` is the highest storable value, 255 or 65,535. */
export type Levels = (stored: number, max: number) => number;

export const fullRange: Levels = (stored, max) => stored / max;

/** Narrow range: 16 to 235, as in video, or the same interval scaled to more bits. */
export const narrowRange: Levels = (stored, max) => {
  const ofEightBits = stored / ((max + 1) / 256);
  return Math.min(1, Math.max(0, (ofEightBits - 16) / (235 - 16)));
};

/** The same as a line: slope and offset, for values up to `max` before and after. */
export function narrowRangeLine(max: number): [slope: number, offset: number] {
  const steps = 235 - 16;
  return [(max / (max + 1)) * (256 / steps), (-16 * max) / steps];
}

/** Expands a narrow-range alpha channel, in place. */
export function expandAlpha({ data, raw }: Pixels): void {
  if (raw.channels !== 4) return;
  const wide = Uint8Array.from({ length: 256 }, (_, level) => Math.round(255 * narrowRange(level, 255)));
  for (let at = 3; at < data.length; at += 4) data[at] = wide[data[at] as number] as number;
}
