import { RejectedImageError } from '../errors.ts';
import type { ImageLimits } from '../limits.ts';
import { asAvif } from './as-avif.ts';
import { isGif, withTransparentFrame } from './gif-transparency.ts';
import { withEndMarker } from './jpeg-end.ts';
import { isJpeg } from './jpeg-markers.ts';
import { type JpegProcess, jpegProcess } from './jpeg-process.ts';
import { readTiffDirectory } from './tiff-directory.ts';
import { isSupportedTiff } from './tiff-support.ts';

/** A source in the form in which libvips reads its header right. */
export interface ReadableSource {
  readonly bytes: Uint8Array;
  /** Frames at its end that are not its own. */
  readonly framesAdded: number;
}

/** @throws RejectedImageError `unsupported-format` */
export function readableSource(bytes: Uint8Array): ReadableSource {
  if (isJpeg(bytes)) supportedProcess(bytes);
  const tiff = readTiffDirectory(bytes);
  if (tiff && !isSupportedTiff(tiff)) throw new RejectedImageError('unsupported-format');
  if (!isGif(bytes)) return { bytes: asAvif(bytes), framesAdded: 0 };
  const transparent = withTransparentFrame(bytes);
  return transparent ? { bytes: transparent, framesAdded: 1 } : { bytes, framesAdded: 0 };
}

/**
 * libvips leaves a tile black that it can't decode, unless warnings are errors. In tiles, unlike in strips, libtiff's own
 * warnings about odd tags are none of those.
 */
const UNDECODABLE_TILE = 'warning';

/** A source in the form in which libvips decodes it right, and how it has to be decoded. */
export interface DecodableSource {
  readonly bytes: Uint8Array;
  /** The level of damage that rejects it. */
  readonly failOn: ImageLimits['failOn'];
  /** libjpeg can't scale a lossless JPEG while it decodes: libvips would take its top left part for the whole. */
  readonly canShrinkOnLoad: boolean;
}

/** @throws RejectedImageError `unsupported-format`, `corrupt` */
export function decodableSource(source: Uint8Array, { failOn }: ImageLimits): DecodableSource {
  const { bytes } = readableSource(source);
  if (readTiffDirectory(bytes)?.isTiled) return { bytes, failOn: UNDECODABLE_TILE, canShrinkOnLoad: true };
  if (!isJpeg(bytes)) return { bytes, failOn, canShrinkOnLoad: true };
  const canShrinkOnLoad = supportedProcess(bytes) !== 'lossless';
  const mended = withEndMarker(bytes);
  if (mended === 'incomplete') throw new RejectedImageError('corrupt');
  if (!mended) return { bytes, failOn, canShrinkOnLoad };
  return { bytes: mended.bytes, failOn: mended.incompleteIsWarning ? 'warning' : failOn, canShrinkOnLoad };
}

function supportedProcess(jpeg: Uint8Array): JpegProcess | undefined {
  const process = jpegProcess(jpeg);
  if (process === 'unsupported') throw new RejectedImageError('unsupported-format');
  return process;
}
