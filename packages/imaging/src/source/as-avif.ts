import { RejectedImageError } from '../errors.ts';
import { readIsoMedia } from './iso-media.ts';

/** Codecs of a HEIC's pictures. */
const hevc = new Set(['hvc1', 'hev1']);

/** Major brands of HEIF with HEVC content. ISO/IEC 23008-12, annex B.4. */
const isHevcBrand = (brand: string) => /^he(?:i|v)[a-z]$/.test(brand);

const MAJOR_BRAND_AT = 8;

/**
 * Changes the major brand of a file with AV1 content to `avif`, because libvips detects AVIF only by it. Such files can
 * have the general brand `mif1`, or `avis` for an animation, whose still picture is its first frame. Other files are
 * returned unchanged, a HEIC too.
 *
 * @throws RejectedImageError `unsupported-format` for a HEIF file whose picture is neither AV1 nor HEVC
 */
export function asAvif(bytes: Uint8Array): Uint8Array {
  const media = readIsoMedia(bytes);
  if (!media) return bytes;
  const { brands, primaryCodec, isTrackOnly } = media;
  const isHevc = primaryCodec === undefined && brands.some(isHevcBrand);
  if (primaryCodec !== undefined && hevc.has(primaryCodec)) return bytes;
  const isOther = primaryCodec !== undefined && primaryCodec !== 'av01';
  if (isHevc || isOther || isTrackOnly) throw new RejectedImageError('unsupported-format');
  if (primaryCodec === undefined || brands[0] === 'avif') return bytes;
  const avif = Buffer.from(bytes);
  avif.write('avif', MAJOR_BRAND_AT, 'latin1');
  return avif;
}
