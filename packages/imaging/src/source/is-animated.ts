import { readIsoMedia } from './iso-media.ts';
import { isPng, pngChunks } from './png-chunks.ts';

/** Brands of a file with a sequence of pictures beside its still one. ISO/IEC 23008-12, annex B.4, and https://aomediacodec.github.io/av1-avif */
const sequences = new Set(['avis', 'hevc', 'hevx', 'msf1']);

/** Whether a PNG, AVIF or HEIC is an animation. Of these, libvips reads the still picture only, and reports one frame. */
export function isAnimated(bytes: Buffer): boolean {
  if (!isPng(bytes)) return readIsoMedia(bytes)?.brands.some((brand) => sequences.has(brand)) ?? false;
  // https://www.w3.org/TR/png-3/#acTL-chunk, before the pixels
  for (const { type, content } of pngChunks(bytes)) {
    if (type === 'acTL') return content.length >= 4 && content.readUInt32BE(0) > 1;
    if (type === 'IDAT') return false;
  }
  return false;
}
