import type { XmpParts } from '../marks/write-xmp.ts';
import { APP1, APP2, jpegMarkers } from '../source/jpeg-markers.ts';
import { jpegSegment } from '../source/jpeg-segment.ts';
import { HDRGM, MAPPING_VERSION } from './gain-mapping.ts';

const CONTAINER = 'http://ns.google.com/photos/1.0/container/';

/** What the XMP of a picture with a gain map says about both: https://developer.android.com/media/platform/hdr-image-format */
export const containerXmp = (mapBytes: number): XmpParts => ({
  namespaces: { hdrgm: HDRGM, Container: CONTAINER, Item: `${CONTAINER}item/` },
  attributes: ` hdrgm:Version="${MAPPING_VERSION}"`,
  properties:
    '<Container:Directory><rdf:Seq>' +
    '<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>' +
    `<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="${mapBytes}"/></rdf:li>` +
    '</rdf:Seq></Container:Directory>',
});

const APP0 = 0xe0;

/** @param standard with the XMP of a container @param map with the XMP of a gain map */
export function ultraHdrJpeg(standard: Buffer, map: Buffer): Buffer {
  const at = endOfMetadata(standard);
  const length = standard.length + indexSegment(0, 0, 0).length;
  // Offsets of the index start at its byte order mark.
  const index = indexSegment(length, map.length, length - (at + INDEX_HEAD));
  return Buffer.concat([standard.subarray(0, at), index, standard.subarray(at), map]);
}

/** Where the segments of JFIF, EXIF and XMP end. */
function endOfMetadata(jpeg: Buffer): number {
  let end = 2;
  for (const { code, to } of jpegMarkers(jpeg)) {
    if (code !== APP0 && code !== APP1) break;
    end = to;
  }
  return end;
}

/** Marker, length and name of the segment. */
const INDEX_HEAD = 8;
const IS_PRIMARY = 0x03_00_00;
/** Tag, type, count and value: version, number of pictures, and where their list is. */
const tags = [
  [0xb000, 7, 4, 0x30303130],
  [0xb001, 4, 1, 2],
  [0xb002, 7, 32, 50],
] as const;

/** A multi-picture index of two pictures: https://www.cipa.jp/std/documents/e/DC-X007-KEY_E.pdf */
function indexSegment(primaryBytes: number, mapBytes: number, mapOffset: number): Buffer {
  const tiff = Buffer.alloc(50 + 32);
  tiff.write('II*\0', 'latin1');
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(tags.length, 8);
  for (const [position, [tag, type, count, value]] of tags.entries()) {
    const at = 10 + 12 * position;
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  }
  for (const [position, value] of [IS_PRIMARY, primaryBytes, 0, 0, 0, mapBytes, mapOffset].entries()) {
    tiff.writeUInt32LE(value, 50 + 4 * position);
  }
  return jpegSegment(APP2, Buffer.from('MPF\0', 'latin1'), tiff);
}
