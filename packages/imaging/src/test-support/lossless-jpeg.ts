import { createBitWriter, differenceTable, segment, writeDifference } from './jpeg-parts.ts';

/**
 * A lossless JPEG (SOF3, predictor 1: the pixel to the left), which sharp cannot write. ITU-T T.81, annex H.
 *
 * @param colourAt of a pixel, three numbers from 0 to 255
 * @param orientation EXIF's, 1 to 8
 */
export function losslessJpeg(
  width: number,
  height: number,
  colourAt: (x: number, y: number) => readonly number[],
  orientation?: number,
): Buffer {
  const bits = createBitWriter();
  let above: readonly number[] = [128, 128, 128];
  for (let y = 0; y < height; y++) {
    let before = above;
    above = colourAt(0, y);
    for (let x = 0; x < width; x++) {
      const colour = colourAt(x, y);
      for (let channel = 0; channel < 3; channel++) {
        writeDifference(bits, (colour[channel] ?? 0) - (before[channel] ?? 0));
      }
      before = colour;
    }
  }
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height);
  size.writeUInt16BE(width, 2);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    ...(orientation === undefined ? [] : [segment(0xe1, exif(orientation))]),
    // Adobe's segment declares three components as RGB: lossless pictures are not converted to YCbCr.
    segment(0xee, Buffer.from('Adobe\0\x64\0\0\0\0\0')),
    segment(0xc3, Buffer.of(8), size, Buffer.of(3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0)),
    segment(0xc4, differenceTable(0)),
    segment(0xda, Buffer.of(3, 1, 0, 2, 0, 3, 0, 1, 0, 0)),
    bits.end(),
    Buffer.of(0xff, 0xd9),
  ]);
}

const exif = (orientation: number) =>
  Buffer.concat([
    Buffer.from('Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0', 'latin1'),
    Buffer.of(orientation, 0, 0, 0, 0, 0, 0, 0),
  ]);
