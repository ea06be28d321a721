import { faceFrame, type Size } from '@imagemill/variants';
import sharp from 'sharp';
import type { Pixels } from './pixels.ts';

const RGB = 3;

/**
 * The whole picture on white, stretched to a size that a detector takes. libvips enlarges several times more slowly than it reduces: where
 * the picture is smaller than the frame, its pixels are repeated, and the result is reduced. A side never has more than twice the pixels of
 * the frame, however long and narrow the picture is.
 */
export async function frameOf({ data, raw }: Pixels, size: Size): Promise<Buffer> {
  const least = { width: Math.min(raw.width, size.width), height: Math.min(raw.height, size.height) };
  const reduced = await sharp(data, { raw })
    .resize(least.width, least.height, { fit: 'fill', kernel: faceFrame.kernel })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const [across, down] = [Math.ceil(size.width / least.width), Math.ceil(size.height / least.height)];
  if (across * down === 1) return reduced;
  const grown = { width: across * least.width, height: down * least.height };
  return sharp(repeatRows(repeatPixels(reduced, across), across * least.width * RGB, down), {
    raw: { ...grown, channels: RGB },
  })
    .resize(size.width, size.height, { fit: 'fill', kernel: faceFrame.kernel })
    .raw()
    .toBuffer();
}

function repeatPixels(data: Buffer, times: number): Buffer {
  if (times === 1) return data;
  const repeated = Buffer.allocUnsafe(times * data.length);
  let to = 0;
  // Plain indices: this is a megabyte, and a copy for each pixel takes many times as long.
  for (let from = 0; from < data.length; from += RGB) {
    for (const end = to + times * RGB; to < end; to += RGB) {
      repeated[to] = data[from] as number;
      repeated[to + 1] = data[from + 1] as number;
      repeated[to + 2] = data[from + 2] as number;
    }
  }
  return repeated;
}

function repeatRows(data: Buffer, rowBytes: number, times: number): Buffer {
  if (times === 1) return data;
  const repeated = Buffer.allocUnsafe(times * data.length);
  for (let to = 0; to < repeated.length; to += rowBytes) {
    const from = Math.floor(to / rowBytes / times) * rowBytes;
    data.copy(repeated, to, from, from + rowBytes);
  }
  return repeated;
}
