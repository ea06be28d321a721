import sharp, { type Sharp } from 'sharp';

/**
 * Converts a float picture to 16 bits per channel, and keeps its profile. libvips treats floats as linear light and can't
 * apply a profile to them. Values are clamped to 0 to 1, the range of a profile.
 *
 * @param image the picture before any colour conversion
 */
export async function fromFloats(bytes: Uint8Array, image: Sharp): Promise<Sharp> {
  const { icc = Buffer.of() } = await sharp(bytes, { limitInputPixels: false }).metadata();
  const { data, info } = await image
    .toColourspace('scrgb')
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  const floats = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const samples = Uint16Array.from(floats, (value) => Math.round(65_535 * Math.min(1, Math.max(0, value))));
  const { width, height, channels } = info;
  const file = tiff(width, height, channels, Buffer.from(samples.buffer), icc);
  return sharp(file, { ignoreIcc: true, limitInputPixels: false });
}

const [SHORT, LONG, UNDEFINED] = [3, 4, 7];
const HEADER = 8;

/** An uncompressed RGB TIFF with 16 bits per channel: https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf */
function tiff(width: number, height: number, channels: number, pixels: Buffer, profile: Buffer): Buffer {
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
  const bits = Buffer.from(new Uint16Array(channels).fill(16).buffer);
  return Buffer.concat([header, pixels, bits, profile, directory]);
}
