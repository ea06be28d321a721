import type { SourceFacts } from '@imagemill/variants';
import type { SourceHeader } from '../source/foreign-header.ts';
import { readIsoMedia } from '../source/iso-media.ts';
import { APP2, isJpeg, jpegMarkers, SOS } from '../source/jpeg-markers.ts';
import { readAvifItems } from './avif-items.ts';
import type { Interpretation } from './interpretation.ts';

/** How an HDR picture is stored; undefined for all others. */
export function hdrOf(
  file: Buffer,
  header: Pick<SourceHeader, 'format' | 'xmp'>,
  interpretation: Interpretation,
): SourceFacts['hdr'] {
  if (interpretation.by === 'encoding' && interpretation.encoding.transfer.hdr) {
    return interpretation.encoding.transfer.hdr;
  }
  const hasMap = header.format === 'heif' ? hasAuxiliaryMap(file) : isJpeg(file) && isWithMap(file, header.xmp);
  return hasMap ? 'gain-map' : undefined;
}

/** Of Android and Adobe, and of iPhones: https://developer.android.com/media/platform/hdr-image-format */
const mapNamespaces = ['http://ns.adobe.com/hdr-gain-map/1.0/', 'http://ns.apple.com/HDRGainMap/1.0/'];
/** ISO 21496-1, annex C. */
const ISO_MAP = 'urn:iso:std:iso:ts:21496:-1';
/** Editors put the usual properties of XMP first: as in `readXmpMarks`. */
const PACKET_BYTES_MAX = 2 ** 20;

function isWithMap(jpeg: Buffer, xmp: Buffer | undefined): boolean {
  const packet = xmp?.subarray(0, PACKET_BYTES_MAX);
  if (packet && mapNamespaces.some((name) => packet.includes(name))) return true;
  for (const { code, from } of jpegMarkers(jpeg)) {
    if (code === SOS) return false;
    if (code === APP2 && jpeg.toString('latin1', from, from + ISO_MAP.length) === ISO_MAP) return true;
  }
  return false;
}

/** Of iPhones: https://developer.apple.com/documentation/imageio/kcgimageauxiliarydatatypehdrgainmap */
const APPLE_MAP = 'urn:com:apple:photo:2020:aux:hdrgainmap';
/** Of files with a picture that is derived from the standard one and a gain map: ISO/IEC 23008-12, annex B.4. */
const TONE_MAPPED_BRAND = 'tmap';

function hasAuxiliaryMap(file: Buffer): boolean {
  if (readIsoMedia(file)?.brands.includes(TONE_MAPPED_BRAND)) return true;
  try {
    const items = readAvifItems(file);
    return items.to(items.primary, 'auxl').some((item) => items.isAuxiliary(item, APPLE_MAP));
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
