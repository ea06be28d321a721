import type { Raw } from 'sharp';
import { RejectedImageError } from '../../errors.ts';
import type { BmpHeader } from './bmp-header.ts';
import { drawRuns } from './draw-runs.ts';

/** Upright RGB or RGBA, 8 bits per channel. */
export interface BmpPixels {
  readonly data: Uint8Array;
  readonly raw: Pick<Raw, 'width' | 'height'> & { readonly channels: 3 | 4 };
}

/** Reads the pixel at x of the row that starts at `row`, and writes its channels. */
type ReadPixel = (row: number, x: number, to: number) => void;

/**
 * Decodes a bitmap. The work is limited by the number of its pixels.
 *
 * @param header of the file, within the limits for pixels
 * @throws RejectedImageError `corrupt`
 */
export function decodeBmp(file: Buffer, header: BmpHeader): BmpPixels {
  const { width, height, hasAlpha } = header;
  const channels = hasAlpha ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const pixels: BmpPixels = { data, raw: { width, height, channels } };
  if (header.coding === 'runs') drawRuns(file, header, paletteOf(file, header), data);
  else readRows(file, header, pixels);
  return pixels;
}

function readRows(file: Buffer, header: BmpHeader, { data, raw: { channels } }: BmpPixels): void {
  const { width, height, bitsPerPixel, dataAt, isTopDown } = header;
  const rowBytes = Math.ceil((width * bitsPerPixel) / 8);
  // Rows have a multiple of 4 bytes; some programs leave out the last padding.
  const stride = Math.ceil(rowBytes / 4) * 4;
  if (file.length < dataAt + stride * (height - 1) + rowBytes) throw new RejectedImageError('corrupt');
  const read = pixelReader(file, header, data);
  for (let y = 0; y < height; y++) {
    const row = dataAt + stride * (isTopDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) read(row, x, (y * width + x) * channels);
  }
  if (channels === 4 && isClear(data)) makeOpaque(data);
}

function pixelReader(file: Buffer, header: BmpHeader, data: Uint8Array): ReadPixel {
  if (header.bitsPerPixel <= 8) return indexReader(file, header, data);
  return header.bitsPerPixel === 24 ? bgrReader(file, data) : maskReader(file, header, data);
}

function indexReader(file: Buffer, header: BmpHeader, data: Uint8Array): ReadPixel {
  const palette = paletteOf(file, header);
  const bits = header.bitsPerPixel;
  const most = 2 ** bits - 1;
  return (row, x, to) => {
    const bit = x * bits;
    const index = ((file[row + (bit >> 3)] as number) >> (8 - bits - (bit & 7))) & most;
    for (let channel = 0; channel < 3; channel++) data[to + channel] = palette[3 * index + channel] as number;
  };
}

const bgrReader =
  (file: Buffer, data: Uint8Array): ReadPixel =>
  (row, x, to) => {
    const from = row + 3 * x;
    data[to] = file[from + 2] as number;
    data[to + 1] = file[from + 1] as number;
    data[to + 2] = file[from] as number;
  };

function maskReader(file: Buffer, { bitsPerPixel, masks, hasAlpha }: BmpHeader, data: Uint8Array): ReadPixel {
  const bytes = bitsPerPixel / 8;
  const valueAt = bytes === 2 ? (at: number) => file.readUInt16LE(at) : (at: number) => file.readUInt32LE(at);
  const channels = masks.slice(0, hasAlpha ? 4 : 3).map(channelOf);
  return (row, x, to) => {
    const value = valueAt(row + bytes * x);
    for (let channel = 0; channel < channels.length; channel++) {
      const { mask, shift, factor } = channels[channel] as ReturnType<typeof channelOf>;
      data[to + channel] = Math.round(((value & mask) >>> shift) * factor);
    }
  };
}

/** @throws RejectedImageError `corrupt` for a mask with gaps */
function channelOf(mask: number) {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  if ((most & (most + 1)) !== 0) throw new RejectedImageError('corrupt');
  return { mask, shift, factor: most === 0 ? 0 : 255 / most };
}

const PALETTE_ENTRIES = 256;

/** Red, green and blue of every index; black beyond the palette. */
function paletteOf(file: Buffer, { palette: { at, entries, entryBytes } }: BmpHeader): Uint8Array {
  const colours = new Uint8Array(3 * PALETTE_ENTRIES);
  for (let entry = 0; entry < entries; entry++) {
    const from = at + entry * entryBytes;
    colours.set([file[from + 2] as number, file[from + 1] as number, file[from] as number], 3 * entry);
  }
  return colours;
}

/** Programs that write an alpha mask and no alpha mean an opaque picture, and browsers show it as one. */
function isClear(data: Uint8Array): boolean {
  for (let alpha = 3; alpha < data.length; alpha += 4) if (data[alpha] !== 0) return false;
  return true;
}

function makeOpaque(data: Uint8Array): void {
  for (let alpha = 3; alpha < data.length; alpha += 4) data[alpha] = 255;
}
