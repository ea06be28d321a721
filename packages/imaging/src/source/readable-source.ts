import type { Interpretation } from '../colour/interpretation.ts';
import { RejectedImageError } from '../errors.ts';
import type { ImageLimits } from '../limits.ts';
import { asAvif } from './as-avif.ts';
import { onlyFirstDirectory } from './first-directory.ts';
import { firstFrame } from './first-frame.ts';
import { isGif } from './gif-blocks.ts';
import { withTransparentFrame } from './gif-transparency.ts';
import { withEndMarker } from './jpeg-end.ts';
import { isJpeg } from './jpeg-markers.ts';
import { type JpegProcess, jpegProcess } from './jpeg-process.ts';
import { isPng } from './png-chunks.ts';
import { withoutCompressedTexts } from './png-compressed.ts';
import { readTiffDirectory } from './tiff-directory.ts';
import { isSupportedTiff } from './tiff-support.ts';

/** A source, modified if libvips would otherwise misread its header. */
export interface ReadableSource {
  readonly bytes: Uint8Array;
  /** Number of frames appended to the original ones. */
  readonly framesAdded: number;
}

/**
 * @param isStill whether only the first frame of an animation is used
 * @throws RejectedImageError `unsupported-format`
 */
export function readableSource(source: Uint8Array, { isStill }: { isStill: boolean }): ReadableSource {
  if (isJpeg(source)) supportedProcess(source);
  const tiff = readTiffDirectory(source);
  if (tiff && !isSupportedTiff(tiff)) throw new RejectedImageError('unsupported-format');
  if (tiff) return { bytes: onlyFirstDirectory(source), framesAdded: 0 };
  const file = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  if (isPng(file)) return { bytes: withoutCompressedTexts(file), framesAdded: 0 };
  const bytes = isStill ? firstFrame(source) : source;
  if (!isGif(bytes)) return { bytes: asAvif(bytes), framesAdded: 0 };
  const transparent = withTransparentFrame(bytes);
  return transparent ? { bytes: transparent, framesAdded: 1 } : { bytes, framesAdded: 0 };
}

/**
 * libvips leaves undecodable tiles black, unless warnings are errors. For tiled files, unlike for strips, this does not
 * include libtiff's warnings about unusual tags.
 */
const UNDECODABLE_TILE = 'warning';

/** A source, modified if libvips would otherwise decode it wrongly, and the options to decode it with. */
export interface DecodableSource {
  readonly bytes: Uint8Array;
  /** The level of damage that rejects it. */
  readonly failOn: ImageLimits['failOn'];
  /** False for a lossless JPEG: libjpeg can't scale it during the decode, and libvips would return its top left part. */
  readonly canShrinkOnLoad: boolean;
  /** Of its samples, if the bytes no longer have all of its colour information. */
  readonly interpretation?: Interpretation;
}

/** @throws RejectedImageError `unsupported-format`, `corrupt` */
export function decodableSource(
  source: Uint8Array,
  { failOn }: ImageLimits,
  frames: { isStill: boolean },
): DecodableSource {
  const { bytes } = readableSource(source, frames);
  if (readTiffDirectory(bytes)?.isTiled) return { bytes, failOn: UNDECODABLE_TILE, canShrinkOnLoad: true };
  if (!isJpeg(bytes)) return { bytes, failOn, canShrinkOnLoad: true };
  const canShrinkOnLoad = supportedProcess(bytes) !== 'lossless';
  const completed = withEndMarker(bytes);
  if (completed === 'incomplete') throw new RejectedImageError('corrupt');
  if (!completed) return { bytes, failOn, canShrinkOnLoad };
  return { bytes: completed.bytes, failOn: completed.incompleteIsWarning ? 'warning' : failOn, canShrinkOnLoad };
}

function supportedProcess(jpeg: Uint8Array): JpegProcess | undefined {
  const process = jpegProcess(jpeg);
  if (process === 'unsupported') throw new RejectedImageError('unsupported-format');
  return process;
}
