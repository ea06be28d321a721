import type { SourceFacts, VariantSet } from '@imagemill/variants';
import sharp from 'sharp';
import { codedPixels } from './budgets/coded-pixels.ts';
import { countParts } from './budgets/count-parts.ts';
import { interpretationOf } from './colour/interpretation.ts';
import { requireUsualSteps } from './colour/profile-steps.ts';
import { type Coding, codingOf } from './cost/coding.ts';
import { RejectedImageError, toRejection } from './errors.ts';
import type { ImageLimits } from './limits.ts';
import { lostFacts } from './lost-facts.ts';
import { readProvenance } from './marks/provenance.ts';
import { foreignHeader, type SourceHeader } from './source/foreign-header.ts';
import { requireHeicDecoder } from './source/heic/heic-decoder.ts';
import { isJpeg } from './source/jpeg-markers.ts';
import { jpegProcess } from './source/jpeg-process.ts';
import { requireJxlDecoder } from './source/jxl/jxl-decoder.ts';
import { readableSource } from './source/readable-source.ts';

type SourceFormat = SourceFacts['format'];

export interface InspectOptions {
  /** The variants to make: if none is animated, only the first frame counts. Without a set, all frames count. */
  readonly set?: VariantSet | undefined;
  /** The required type; any accepted type if not given. */
  readonly contentType?: string | undefined;
}

/** The public facts of a source, and those that its cost is predicted from. */
export interface Inspection {
  readonly source: SourceFacts;
  readonly coding: Coding;
}

/**
 * Detects a file's format and facts from its header; decodes no pixels.
 *
 * @throws RejectedImageError
 */
export async function inspectSource(
  bytes: Uint8Array,
  limits: ImageLimits,
  { set, contentType }: InspectOptions = {},
): Promise<Inspection> {
  if (bytes.byteLength > limits.bytesMax) throw new RejectedImageError('too-many-bytes');
  const counts = countParts(bytes, limits.budgets);
  const isStill = set !== undefined && !set.some(({ animated }) => animated);
  // Before libvips reads the header: it would visit every frame.
  if (!isStill && counts.frames > limits.framesMax) throw new RejectedImageError('too-many-frames');
  const readable = readableSource(bytes, { isStill });
  const header = await readHeader(readable.bytes, limits);
  const format = formatOf(header);
  requireUsualSteps(header.icc);
  if (contentType !== undefined && contentType !== `image/${format}`) throw new RejectedImageError('type-mismatch');

  const { width, height } = header.autoOrient;
  // Several pages of a TIFF, or pictures of an AVIF file, are not an animation: only the first is ever decoded.
  const pages = format === 'gif' || format === 'webp' ? (header.pages ?? 1) - readable.framesAdded : 1;
  const frames = isStill ? Math.max(1, counts.frames) : pages;
  const framesToDecode = isStill ? 1 : frames;
  if (framesToDecode > limits.framesMax) throw new RejectedImageError('too-many-frames');
  const coded = header.format === 'heif' ? codedPixels(bytes) : undefined;
  requirePixels({ width, height, frames: framesToDecode, coded: coded?.all }, limits);
  const facts = {
    format,
    width,
    height,
    orientation: header.orientation ?? 1,
    colourSpace: header.space,
    hasAlpha: header.hasAlpha,
    frames,
    bytes: bytes.byteLength,
    ...readProvenance(bytes, header),
  };
  const interpretation = await interpretationOf(readable.bytes, facts);
  const source = { ...facts, ...lostFacts(bytes, facts, header, interpretation) };
  return {
    source,
    coding: codingOf(header, counts, interpretation, { process: processOf(bytes), codedPixels: coded }),
  };
}

/** The tiles of a grid may reach beyond the picture. A phone's have up to 1.1 times its pixels. */
const OVERHANG = 1.5;

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Of an AVIF or HEIC: all of `codedPixels`. */
  readonly coded: number | undefined;
}

/** @throws RejectedImageError `too-many-pixels`; `too-complex` if the decoder has to work on many more than are shown */
function requirePixels({ width, height, frames, coded = 0 }: Pixels, { sideMax, pixelsMax }: ImageLimits): void {
  const tooLong = Math.max(width, height) > sideMax;
  if (tooLong || width * height * frames > pixelsMax) throw new RejectedImageError('too-many-pixels');
  if (coded > Math.max(pixelsMax, OVERHANG * width * height)) {
    throw new RejectedImageError('too-complex', new Error(`${coded} pixels are decoded.`));
  }
}

const processOf = (bytes: Uint8Array) => (isJpeg(bytes) ? jpegProcess(bytes) : undefined);

async function readHeader(bytes: Uint8Array, { failOn }: ImageLimits): Promise<SourceHeader> {
  const foreign = foreignHeader(bytes);
  if (foreign) return foreign;
  try {
    // Disable libvips' own limit: `inspect` checks the claimed size against ours.
    return await sharp(bytes, { limitInputPixels: false, failOn }).metadata();
  } catch (error) {
    throw rejectionOf(bytes, error);
  }
}

function rejectionOf(bytes: Uint8Array, error: unknown): unknown {
  const rejection = toRejection(error);
  if (!(rejection instanceof RejectedImageError)) return rejection;
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  // libvips reports a TIFF with a truncated directory, or a few bytes of a PNG, as an unsupported format.
  const isTruncated = String(error).includes('unsupported image format') && acceptedStart.test(start);
  return isTruncated ? new RejectedImageError('corrupt', error) : rejection;
}

const acceptedStart = /^(?:\xff\xd8\xff|\x89PNG|GIF8[79]a|II\*\0|MM\0\*|RIFF.{4}WEBP|.{4}ftypavi[fs])/s;

const formats: Partial<Record<string, SourceFormat>> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tiff: 'tiff',
  bmp: 'bmp',
  jxl: 'jxl',
};

/** HEIF is a container: with AV1 content it is AVIF, with HEVC it is HEIC. */
const heifFormats: Readonly<Record<string, SourceFormat>> = { av1: 'avif', hevc: 'heic' };

/** @throws RejectedImageError `unsupported-format`, also for pixels that would show wrong colours */
function formatOf(header: SourceHeader): SourceFormat {
  const { format, compression } = header;
  const known = format === 'heif' ? heifFormats[compression ?? ''] : formats[format];
  if (!known || !hasSupportedPixels(header)) throw new RejectedImageError('unsupported-format');
  if (known === 'heic') requireHeicDecoder();
  if (known === 'jxl') requireJxlDecoder();
  return known;
}

/** Pixel formats that libvips converts to sRGB correctly, and their number of colour channels. */
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

/** TIFF also has formats that would come out black or wrapped, such as float grey, and extra channels besides alpha. */
function hasSupportedPixels({ space, depth, channels, hasAlpha }: SourceHeader): boolean {
  return channels - (hasAlpha ? 1 : 0) === colourChannels[`${space} ${depth}`];
}
