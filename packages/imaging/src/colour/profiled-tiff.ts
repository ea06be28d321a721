import type { Raw } from 'sharp';

interface RawSamples {
  readonly data: Uint8Array | Uint16Array;
  readonly raw: Pick<Raw, 'width' | 'height' | 'channels'>;
}

const [SHORT, LONG, UNDEFINED] = [3, 4, 7];
const HEADER = 8;

/**
 * RGB or RGBA pixels with a profile, as an uncompressed TIFF: sharp takes no profile for raw pixels.
 * https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf
 */
export function profiledTiff({ data, raw: { width, height, channels } }: RawSamples, profile: Buffer): Buffer {
  const pixels = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const bitsAt = HEADER + pixels.length;
  const profileAt = bitsAt + 2 * channels;
  const tags: [tag: number, type: number, count: number, value: number][] = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, channels, bitsAt],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 2],
    [273, LONG, 1, HEADER],
    [277, SHORT, 1, channels],
    [278, LONG, 1, height],
    [279, LONG, 1, pixels.length],
    // Unassociated alpha: colours are not premultiplied.
    ...(channels === 4 ? [[338, SHORT, 1, 2] as [number, number, number, number]] : []),
    [34_675, UNDEFINED, profile.length, profileAt],
  ];
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  directory.writeUInt16LE(tags.length);
  for (const [index, [tag, type, count, value]] of tags.entries()) {
    const at = 2 + 12 * index;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(count, at + 4);
    directory.writeUInt32LE(value, at + 8);
  }
  const header = Buffer.from('II*\0\0\0\0\0', 'latin1');
  header.writeUInt32LE(profileAt + profile.length, 4);
  const bits = Buffer.from(new Uint16Array(channels).fill(8 * data.BYTES_PER_ELEMENT).buffer);
  return Buffer.concat([header, pixels, bits, profile, directory]);
}
