import type { SourceFacts } from '@imagemill/variants';
import sharp from 'sharp';
import { interpretationOf } from '../../colour/interpretation.ts';
import { profiledTiff } from '../../colour/profiled-tiff.ts';
import { RejectedImageError } from '../../errors.ts';
import type { DecodableSource } from '../readable-source.ts';
import { decodeHeic } from './heic-decoder.ts';

/**
 * A HEIC as a source that libvips can decode: its pixels in a TIFF, with its profile, which the decoder does not return.
 *
 * @throws RejectedImageError `corrupt`, `too-complex`
 */
export async function heicAsTiff({ bytes, ...source }: DecodableSource, facts: SourceFacts): Promise<DecodableSource> {
  const interpretation = await interpretationOf(bytes, facts);
  const { icc } = await sharp(bytes, { limitInputPixels: false }).metadata();
  const pixels = await decodeHeic(bytes, facts.colourSpace.endsWith('16'));
  // The limits were checked against the size in the header.
  if (pixels.raw.width !== facts.width || pixels.raw.height !== facts.height) throw new RejectedImageError('corrupt');
  return { ...source, bytes: profiledTiff(pixels, icc ?? Buffer.of()), interpretation };
}
