import { setImmediate } from 'node:timers/promises';
import type { Pixels } from '../pixels.ts';

const SLICE = 2 ** 22;

/** Numbers of 16 bits in 8, rounded; libvips would cut them off. With room for others between. */
export async function toBytes(words: Uint16Array): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(words.length);
  for (let from = 0; from < words.length; from += SLICE) {
    const to = Math.min(from + SLICE, words.length);
    for (let at = from; at < to; at++) bytes[at] = ((words[at] as number) + 128) / 257;
    await setImmediate();
  }
  return bytes;
}

/** What a stored number means, 0 to 1; `max` is the highest that fits, 255 or 65,535. */
export type Levels = (stored: number, max: number) => number;

export const fullRange: Levels = (stored, max) => stored / max;

/** Of numbers that go from 16 to 235, as in video; with more bits there are more of them, but between the same ends. */
export const narrowRange: Levels = (stored, max) => {
  const ofEightBits = stored / ((max + 1) / 256);
  return Math.min(1, Math.max(0, (ofEightBits - 16) / (235 - 16)));
};

/** Makes all of an alpha channel that is stored like that, in place. */
export function widenAlpha({ data, raw }: Pixels): void {
  if (raw.channels !== 4) return;
  const wide = Uint8Array.from({ length: 256 }, (_, level) => Math.round(255 * narrowRange(level, 255)));
  for (let at = 3; at < data.length; at += 4) data[at] = wide[data[at] as number] as number;
}
