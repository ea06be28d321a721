import { APP1, EOI, jpegMarkers, SOS } from '../source/jpeg-markers.ts';
import { type GainMapping, readGainMapping } from './gain-mapping.ts';

export interface StoredGainMap {
  readonly jpeg: Buffer;
  readonly mapping: GainMapping;
}

/** Beside the gain map, phones store a depth map and previews after a picture. */
const PICTURES_MAX = 8;
const START = Buffer.of(0xff, 0xd8, 0xff);

/** The first of the JPEGs after the standard picture that is a gain map. Reads their headers only. */
export function findGainMap(file: Uint8Array): StoredGainMap | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  let end = endOf(bytes);
  for (let count = 0; end !== undefined && count < PICTURES_MAX; count++) {
    const start = bytes.indexOf(START, end);
    const jpeg = start === -1 ? undefined : wholeJpeg(bytes.subarray(start));
    if (!jpeg) return undefined;
    const mapping = mappingOf(jpeg);
    if (mapping) return { jpeg, mapping };
    end = start + jpeg.length;
  }
  return undefined;
}

function endOf(jpeg: Buffer): number | undefined {
  for (const { code, to } of jpegMarkers(jpeg)) if (code === EOI) return to;
  return undefined;
}

function wholeJpeg(rest: Buffer): Buffer | undefined {
  const length = endOf(rest);
  return length === undefined ? undefined : rest.subarray(0, length);
}

const XMP = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');

function mappingOf(jpeg: Buffer): GainMapping | undefined {
  for (const { code, from, to } of jpegMarkers(jpeg)) {
    if (code === SOS) return undefined;
    const isXmp = code === APP1 && jpeg.subarray(from, from + XMP.length).equals(XMP);
    if (isXmp) return readGainMapping(jpeg.subarray(from + XMP.length, to));
  }
  return undefined;
}
