import type { TiffDirectory } from './tiff-directory.ts';

/** What libtiff decodes as sharp brings it: none, three of CCITT's, LZW, JPEG, deflate, CCITT by words, PackBits, old deflate, ThunderScan, WebP. */
const compressions = new Set([1, 2, 3, 4, 5, 7, 8, 32_771, 32_773, 32_946, 32_809, 50_001]);
const JPEG = 7;
const WEBP = 50_001;

const YCBCR = 6;
const LAB = 8;

/** Whether libvips shows the pixels of a TIFF as they are meant. It does not say so where it does not. */
export function isSupportedTiff(tiff: TiffDirectory): boolean {
  const { compression, photometric, isPlanar } = tiff;
  if (!compressions.has(compression)) return false;
  // libjpeg alone turns it into RGB, and needs all channels at once for that.
  if (photometric === YCBCR && compression !== JPEG) return false;
  return !isPlanar || canBePlanar(tiff);
}

function canBePlanar({ compression, photometric, bits, isTiled }: TiffDirectory): boolean {
  return !isTiled && bits >= 8 && compression !== WEBP && photometric !== YCBCR && photometric !== LAB;
}
