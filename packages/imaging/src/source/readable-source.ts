import { RejectedImageError } from '../errors.ts';
import { asAvif } from './as-avif.ts';
import { isJpeg } from './jpeg-markers.ts';
import { jpegProcess } from './jpeg-process.ts';

/** A source in the form in which libvips reads it right, and how it has to be read. */
export interface ReadableSource {
  readonly bytes: Uint8Array;
  /** libjpeg can't scale a lossless JPEG while it decodes: libvips would take its top left part for the whole. */
  readonly canShrinkOnLoad: boolean;
}

/** @throws RejectedImageError `unsupported-format` */
export function readableSource(bytes: Uint8Array): ReadableSource {
  if (!isJpeg(bytes)) return { bytes: asAvif(bytes), canShrinkOnLoad: true };
  const process = jpegProcess(bytes);
  if (process === 'unsupported') throw new RejectedImageError('unsupported-format');
  return { bytes, canShrinkOnLoad: process !== 'lossless' };
}
