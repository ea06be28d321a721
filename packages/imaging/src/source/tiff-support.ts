import type { TiffDirectory } from './tiff-directory.ts';

/** Compressions in sharp's build of libtiff: none, three of CCITT, LZW, JPEG, deflate, CCITT by words, PackBits, old deflate, ThunderScan, WebP. */
const compressions = new Set([1, 2, 3, 4, 5, 7, 8, 32_771, 32_773, 32_946, 32_809, 50_001]);
const JPEG = 7;
const WEBP = 50_001;

const YCBCR = 6;
const LAB = 8;

/** Whether libvips decodes the pixels of a TIFF correctly. It reports no error for those that it decodes wrongly. */
export function isSupportedTiff(tiff: TiffDirectory): boolean {
  const { compression, photometric, isPlanar } = tiff;
  if (!compressions.has(compression)) return false;
  // Only libjpeg converts it to RGB, and needs interleaved channels for that.
  if (photometric === YCBCR && compression !== JPEG) return false;
  return !isPlanar || canBePlanar(tiff);
}

function canBePlanar({ compression, photometric, bits, isTiled }: TiffDirectory): boolean {
  return !isTiled && bits >= 8 && compression !== WEBP && photometric !== YCBCR && photometric !== LAB;
}
