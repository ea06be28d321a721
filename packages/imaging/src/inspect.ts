import type { SourceFacts, VariantSet } from '@imagemill/variants';
import sharp, { type Metadata } from 'sharp';
import { RejectedImageError, toRejection } from './errors.ts';
import type { ImageLimits } from './limits.ts';
import { readableSource } from './source/readable-source.ts';

type SourceFormat = SourceFacts['format'];

export interface InspectOptions {
  /** What is to be made of it: where nothing is animated, only the first frame counts. Without a set every frame does. */
  readonly set?: VariantSet | undefined;
  /** The type that it has to be, among the accepted ones. */
  readonly contentType?: string | undefined;
}

/**
 * What a file is, by its content and from its header alone: no pixel is decoded.
 *
 * @throws RejectedImageError
 */
export async function inspect(
  bytes: Uint8Array,
  limits: ImageLimits,
  { set, contentType }: InspectOptions = {},
): Promise<SourceFacts> {
  if (bytes.byteLength > limits.bytesMax) throw new RejectedImageError('too-many-bytes');
  const readable = readableSource(bytes);
  const header = await readHeader(readable.bytes, limits);
  const format = formatOf(header);
  if (!hasUsualPixels(header)) throw new RejectedImageError('unsupported-format');
  if (contentType !== undefined && contentType !== `image/${format}`) throw new RejectedImageError('type-mismatch');

  const { width, height } = header.autoOrient;
  // The pages of a TIFF, or the pictures of an AVIF file, are no animation: only the first is ever decoded.
  const frames = format === 'gif' || format === 'webp' ? (header.pages ?? 1) - readable.framesAdded : 1;
  const framesToDecode = !set || set.some(({ animated }) => animated) ? frames : 1;
  if (framesToDecode > limits.framesMax) throw new RejectedImageError('too-many-frames');
  const tooLong = Math.max(width, height) > limits.sideMax;
  if (tooLong || width * height * framesToDecode > limits.pixelsMax) throw new RejectedImageError('too-many-pixels');
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

async function readHeader(bytes: Uint8Array, { failOn }: ImageLimits): Promise<Metadata> {
  try {
    // Without a limit of libvips' own, so that the one below sees every size that is claimed.
    return await sharp(bytes, { limitInputPixels: false, failOn }).metadata();
  } catch (error) {
    throw rejectionOf(bytes, error);
  }
}

function rejectionOf(bytes: Uint8Array, error: unknown): unknown {
  const rejection = toRejection(error);
  if (!(rejection instanceof RejectedImageError)) return rejection;
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  // libvips takes a TIFF whose directory was cut off, or a few bytes of a PNG, for no picture at all.
  const unknown = String(error).includes('unsupported image format') && acceptedStart.test(start);
  return unknown ? new RejectedImageError('corrupt', error) : rejection;
}

const acceptedStart = /^(?:\xff\xd8\xff|\x89PNG|GIF8[79]a|II\*\0|MM\0\*|RIFF.{4}WEBP|.{4}ftypavi[fs])/s;

const formats: Partial<Record<Metadata['format'], SourceFormat>> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tiff: 'tiff',
};

function formatOf({ format, compression }: Metadata): SourceFormat {
  // HEIF is a container: with AV1 inside it is AVIF.
  const known = format === 'heif' && compression === 'av1' ? 'avif' : formats[format];
  if (!known) throw new RejectedImageError('unsupported-format');
  return known;
}

/** The pixels that libvips turns into sRGB as they are meant, and how many channels their colours have. */
const colourChannels: Record<string, number> = {
  'b-w uchar': 1,
  'grey16 ushort': 1,
  'srgb uchar': 3,
  'rgb16 ushort': 3,
  'scrgb float': 3,
  'labs short': 3,
  'cmyk uchar': 4,
  'cmyk ushort': 4,
};

/** TIFF can also store what would come out black or wrapped, such as grey in floats, and more channels than alpha. */
function hasUsualPixels({ space, depth, channels, hasAlpha }: Metadata): boolean {
  return channels - (hasAlpha ? 1 : 0) === colourChannels[`${space} ${depth}`];
}
