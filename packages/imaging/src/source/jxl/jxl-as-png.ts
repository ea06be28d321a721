import type { SourceFacts } from '@imagemill/variants';
import sharp from 'sharp';
import { interpretationOf } from '../../colour/interpretation.ts';
import { requireUsualSteps } from '../../colour/profile-steps.ts';
import { RejectedImageError } from '../../errors.ts';
import type { DecodableSource } from '../readable-source.ts';
import { readJxlCodestream } from './jxl-container.ts';
import { decodeJxl } from './jxl-decoder.ts';

/** Of the chunk IHDR of a PNG, which is the first one. */
const [WIDTH_AT, HEIGHT_AT, DEPTH_AT] = [16, 20, 24];

/**
 * A JPEG XL as a source that libvips can decode. Its colour information is that of the PNG.
 *
 * @throws RejectedImageError `corrupt`, `too-complex`
 */
export async function jxlAsPng({ bytes, ...source }: DecodableSource, facts: SourceFacts): Promise<DecodableSource> {
  // Without the boxes beside it: the decoder would decompress their metadata, which 2 KB can make gigabytes of.
  const codestream = readJxlCodestream(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (!codestream) throw new RejectedImageError('corrupt');
  const decoded = decodeJxl(codestream);
  const png = Buffer.from(decoded.buffer, decoded.byteOffset, decoded.byteLength);
  const isDeep = facts.colourSpace.endsWith('16');
  const isDeclared =
    png.readUInt32BE(WIDTH_AT) === facts.width &&
    png.readUInt32BE(HEIGHT_AT) === facts.height &&
    (png[DEPTH_AT] === 16) === isDeep;
  // The limits were checked against the size in the header.
  if (!isDeclared) throw new RejectedImageError('corrupt');
  const { icc } = await sharp(png, { limitInputPixels: false }).metadata();
  requireUsualSteps(icc);
  return { ...source, bytes: png, interpretation: await interpretationOf(png, { ...facts, format: 'png' }) };
}
