import type { SourceFacts } from '@imagemill/variants';
import sharp, { type Metadata } from 'sharp';
import { RejectedImageError, toRejection } from './errors.ts';
import type { ImageLimits } from './limits.ts';

type SourceFormat = SourceFacts['format'];

/**
 * What a file is, by its content and from its header alone: no pixel is decoded.
 *
 * @param expected the type that was declared at upload; another one is rejected
 * @throws RejectedImageError
 */
export async function inspect(
  bytes: Uint8Array,
  limits: ImageLimits,
  expected?: { readonly contentType: string },
): Promise<SourceFacts> {
  if (bytes.byteLength > limits.bytesMax) throw new RejectedImageError('too-many-bytes');
  const header = await readHeader(bytes);
  const format = formatOf(header);
  if (expected && expected.contentType !== `image/${format}`) throw new RejectedImageError('type-mismatch');

  const { width, height } = header.autoOrient;
  const frames = header.pages ?? 1;
  if (frames > limits.framesMax) throw new RejectedImageError('too-many-frames');
  const tooLong = Math.max(width, height) > limits.sideMax;
  if (tooLong || width * height * frames > limits.pixelsMax) throw new RejectedImageError('too-many-pixels');
  return {
    format,
    width,
    height,
    orientation: header.orientation ?? 1,
    colourSpace: header.space,
    hasAlpha: header.hasAlpha,
    frames,
    bytes: bytes.byteLength,
  };
}

async function readHeader(bytes: Uint8Array): Promise<Metadata> {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw toRejection(error);
  }
}

const formats: Partial<Record<Metadata['format'], SourceFormat>> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tiff: 'tiff',
};

function formatOf({ format, compression }: Metadata): SourceFormat {
  // HEIF is a container: with AV1 inside it is AVIF, with HEVC a phone's HEIC, whose pixels libvips can't decode here.
  const known = format === 'heif' && compression === 'av1' ? 'avif' : formats[format];
  if (!known) throw new RejectedImageError('unsupported-format');
  return known;
}
