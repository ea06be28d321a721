import { RejectedImageError } from '../errors.ts';
import { readIsoMedia } from './iso-media.ts';

/** Major brands of HEIF with HEVC inside. ISO/IEC 23008-12, annex B.4. */
const isHevcBrand = (brand: string) => /^he(?:i|v)[a-z]$/.test(brand);

const MAJOR_BRAND_AT = 8;

/**
 * The same file as one that libvips takes for AVIF, which it does by the major brand alone: also one of the general
 * brand `mif1`, or an animation (`avis`), whose still picture is its first frame. Other files come back as they are.
 *
 * @throws RejectedImageError `unsupported-format` for a HEIF file with other than AV1 inside, such as a phone's HEIC
 */
export function asAvif(bytes: Uint8Array): Uint8Array {
  const media = readIsoMedia(bytes);
  if (!media) return bytes;
  const { brands, primaryCodec, isTrackOnly } = media;
  const isHevc = primaryCodec === undefined && brands.some(isHevcBrand);
  const isOther = primaryCodec !== undefined && primaryCodec !== 'av01';
  if (isHevc || isOther || isTrackOnly) throw new RejectedImageError('unsupported-format');
  if (primaryCodec === undefined || brands[0] === 'avif') return bytes;
  const avif = Buffer.from(bytes);
  avif.write('avif', MAJOR_BRAND_AT, 'latin1');
  return avif;
}
