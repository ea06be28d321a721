import { gainMapSettings, type RenditionPlan, type Size, type SourceFacts } from '@imagemill/variants';
import sharp from 'sharp';
import { decodePixels } from '../decode-pixels.ts';
import { RejectedImageError } from '../errors.ts';
import { inspectSource } from '../inspect.ts';
import type { ImageLimits } from '../limits.ts';
import type { Pixels } from '../pixels.ts';
import { APP1, COMMENT, jpegMarkers, SOS } from '../source/jpeg-markers.ts';
import { jpegSegment } from '../source/jpeg-segment.ts';
import { decodableSource } from '../source/readable-source.ts';
import { findGainMap } from './find-gain-map.ts';
import type { GainMapping } from './gain-mapping.ts';

/** How much brighter each part of a picture is on an HDR screen. */
export interface GainMap {
  /** Upright, grey or RGB. */
  readonly pixels: Pixels;
  readonly mapping: GainMapping;
}

/**
 * The gain map of an Ultra HDR JPEG, as large as the plans need it. The map is untrusted: it has the limits of a source.
 *
 * @param plans of the entries that keep it
 * @returns undefined for a file without one, and if it is damaged or larger than the picture
 */
export async function decodeGainMap(
  file: Uint8Array,
  source: SourceFacts,
  plans: readonly RenditionPlan[],
  limits: ImageLimits,
): Promise<GainMap | undefined> {
  const found = source.format === 'jpeg' && plans.length > 0 ? findGainMap(file) : undefined;
  if (!found) return undefined;
  const { mapping } = found;
  try {
    const bytes = withoutMetadata(found.jpeg, source.orientation);
    // Pixels that are missing would be a wrong gain.
    const strict = { ...limits, failOn: 'warning' } as const;
    const { source: map } = await inspectSource(bytes, strict);
    if (map.width * map.height > source.width * source.height) return undefined;
    const decodable = decodableSource(bytes, strict, { isStill: true });
    const pixels = await decodePixels(decodable, map, neededSize(map, plans), strict);
    return { mapping, pixels: map.colourSpace === 'b-w' ? await inOneChannel(pixels) : pixels };
  } catch (error) {
    if (error instanceof RejectedImageError) return undefined;
    throw error;
  }
}

function neededSize(map: Size, plans: readonly RenditionPlan[]): Size {
  const widest = Math.max(...plans.map(({ whole }) => whole.width));
  const factor = Math.min(1, (gainMapSettings.shareMax * widest) / map.width);
  const side = (length: number) => Math.max(1, Math.round(length * factor));
  return { width: side(map.width), height: side(map.height) };
}

async function inOneChannel({ data, raw }: Pixels): Promise<Pixels> {
  const grey = await sharp(data, { raw }).extractChannel(0).raw().toBuffer();
  return { data: grey, raw: { width: raw.width, height: raw.height, channels: 1 } };
}

/** APP0 and APP14 say how the components are stored. */
const isMetadata = (code: number) => (code >= APP1 && code <= 0xed) || code === COMMENT;

/** A profile would change the levels of the map, which has the orientation of the picture. */
function withoutMetadata(jpeg: Buffer, orientation: number): Buffer {
  const kept: Buffer[] = [];
  for (const { code, from, to } of jpegMarkers(jpeg)) {
    const start = from - 4;
    if (code === SOS) return Buffer.concat([jpeg.subarray(0, 2), exifOf(orientation), ...kept, jpeg.subarray(start)]);
    if (!isMetadata(code)) kept.push(jpeg.subarray(start, to));
  }
  throw new RejectedImageError('corrupt');
}

/** A TIFF directory of one entry. */
function exifOf(orientation: number): Buffer {
  const directory = Buffer.from('49492a0008000000010012010300010000000000000000000000', 'hex');
  directory.writeUInt16LE(orientation, 18);
  return jpegSegment(APP1, Buffer.from('Exif\0\0'), directory);
}
