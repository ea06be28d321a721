import type { Colour, Size, SourceFacts } from '@imagemill/variants';
import sharp, { type Raw, type Sharp } from 'sharp';
import { convertPixels } from './colour/convert-pixels.ts';
import { fromFloats } from './colour/from-floats.ts';
import { p3Gamut, srgbGamut } from './colour/gamut.ts';
import { type Interpretation, interpretationOf } from './colour/interpretation.ts';
import { expandAlpha, narrowRange, narrowRangeLine, toBytes } from './colour/levels.ts';
import { dropOpaqueAlpha } from './drop-opaque-alpha.ts';
import { toRejection } from './errors.ts';
import { freeBytes } from './free-bytes.ts';
import { spreadColours } from './hidden-colours.ts';
import type { ImageLimits } from './limits.ts';
import type { Pixels } from './pixels.ts';
import type { DecodableSource } from './source/readable-source.ts';

/** The input of every decoder: a source, and the size to decode it to. */
interface DecodeRequest extends Size {
  readonly decodable: DecodableSource;
  readonly source: SourceFacts;
  readonly limits: ImageLimits;
  readonly colour: Colour;
}

/**
 * @param size to decode to
 * @param colour of the pixels; `p3` only for a source with a wide gamut
 * @throws RejectedImageError `corrupt`
 */
export async function decodePixels(
  decodable: DecodableSource,
  source: SourceFacts,
  size: Size,
  limits: ImageLimits,
  colour: Colour = 'srgb',
): Promise<Pixels> {
  try {
    const interpretation = decodable.interpretation ?? (await interpretationOf(decodable.bytes, source));
    const pixels = await decodeAs(interpretation, { ...size, decodable, source, limits, colour });
    if (interpretation.narrowAlpha) expandAlpha(pixels);
    const visible = await dropOpaqueAlpha(pixels);
    if (visible !== pixels) freeBytes(pixels.data);
    spreadColours(visible);
    return visible;
  } catch (error) {
    throw toRejection(error);
  }
}

function decodeAs(interpretation: Interpretation, request: DecodeRequest): Promise<Pixels> {
  if (interpretation.by === 'profile') return decodeByProfile(interpretation, request);
  if (interpretation.by === 'encoding') return decodeByEncoding(interpretation, request);
  return decodeByLibvips(request);
}

async function decodeByLibvips(request: DecodeRequest): Promise<Pixels> {
  // With `ignoreIcc`, `withIccProfile` converts from the source's profile; otherwise sharp would first convert to sRGB.
  const image = request.colour === 'p3' ? resized(request, true).withIccProfile('p3') : resized(request);
  const { data, info } = await image
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, raw: rawOf(info) };
}

/**
 * `ignoreIcc` leaves the profile to `withIccProfile`, which converts all 16 bits. Otherwise sharp first converts them to
 * Display P3, and then treats the result as sRGB.
 */
async function decodeByProfile(
  { samples, narrow }: Extract<Interpretation, { by: 'profile' }>,
  request: DecodeRequest,
): Promise<Pixels> {
  const decoded = resized(request, true);
  if (narrow) decoded.linear(...narrowRangeLine(isDeep(request) ? 65_535 : 255));
  const image = samples === 'scrgb' ? await fromFloats(request.decodable.bytes, decoded) : decoded;
  const { data, info } = await image
    .toColourspace(samples === 'grey16' ? 'grey16' : 'rgb16')
    .withIccProfile(request.colour)
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  // With a damaged profile, libvips converts nothing: grey pixels are still grey.
  if (info.channels < 3) return decodeByLibvips(request);
  return { data: await toBytes(words(data)), raw: rawOf(info) };
}

async function decodeByEncoding(
  { encoding, narrow }: Extract<Interpretation, { by: 'encoding' }>,
  request: DecodeRequest,
): Promise<Pixels> {
  const deep = isDeep(request);
  const { data, info } = await resized(request, true)
    .toColourspace(deep ? 'rgb16' : 'srgb')
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const raw = rawOf(info);
  const stored = { data: deep ? words(data) : data, channels: raw.channels };
  const gamut = request.colour === 'p3' ? p3Gamut : srgbGamut;
  return { data: await convertPixels(stored, encoding, gamut, narrow ? narrowRange : undefined), raw };
}

function resized({ decodable, source, width, height, limits }: DecodeRequest, ignoreIcc = false): Sharp {
  const { pixelsMax } = limits;
  const { bytes, failOn } = decodable;
  const image = sharp(bytes, { autoOrient: true, failOn, limitInputPixels: pixelsMax, ignoreIcc });
  // An extract before the resize disables sharp's shrink-on-load.
  if (!decodable.canShrinkOnLoad) image.extract({ left: 0, top: 0, width: source.width, height: source.height });
  return image.resize(width, height, { fit: 'fill' });
}

const isDeep = ({ source }: DecodeRequest) => source.colourSpace.endsWith('16');
const rawOf = ({ width, height, channels }: Raw): Raw => ({ width, height, channels });
const words = (data: Buffer) => new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
