const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const HDRGM = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"';

/**
 * A picture with a gain map, as from phones: the standard picture, with XMP and a multi-picture index (MPF) that describe
 * the map, followed by the map as a JPEG. https://developer.android.com/media/platform/hdr-image-format
 */
export function ultraHdrJpeg(standard: Buffer, gainMap: Buffer): Buffer {
  const map = withSegments(gainMap, [segment(0xe1, XMP + xmp(`${HDRGM} ${mapping}`))]);
  const directory = segment(0xe1, XMP + xmp(`${HDRGM} ${containerNames}`, containerOf(map.length)));
  // Offsets of the index start at its byte order mark, 8 bytes into its segment, which directly follows the XMP.
  const indexAt = 2 + directory.length + 8;
  const primaryLength = standard.length + directory.length + index(0, 0, 0).length;
  const mpf = index(primaryLength, map.length, primaryLength - indexAt);
  return Buffer.concat([withSegments(standard, [directory, mpf]), map]);
}

const mapping =
  'hdrgm:GainMapMin="0" hdrgm:GainMapMax="2" hdrgm:Gamma="1" hdrgm:OffsetSDR="0.015625" hdrgm:OffsetHDR="0.015625" ' +
  'hdrgm:HDRCapacityMin="0" hdrgm:HDRCapacityMax="2" hdrgm:BaseRenditionIsHDR="False"';

const containerNames =
  'xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/"';

const containerOf = (mapLength: number) =>
  '<Container:Directory><rdf:Seq>' +
  '<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>' +
  `<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="${mapLength}"/></rdf:li>` +
  '</rdf:Seq></Container:Directory>';

const xmp = (attributes: string, content = '') =>
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  `<rdf:Description rdf:about="" ${attributes}>${content}</rdf:Description></rdf:RDF></x:xmpmeta>`;

/** https://www.cipa.jp/std/documents/e/DC-X007-KEY_E.pdf */
function index(primaryLength: number, mapLength: number, mapOffset: number): Buffer {
  const bytes = Buffer.alloc(4 + 50 + 32);
  bytes.write('MPF\0II*\0', 'latin1');
  const tiff = bytes.subarray(4);
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(3, 8);
  const entries = [
    [0xb000, 7, 4, 0x30303130],
    [0xb001, 4, 1, 2],
    [0xb002, 7, 32, 50],
  ] as const;
  for (const [position, [tag, type, count, value]] of entries.entries()) {
    const at = 10 + 12 * position;
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  }
  const isPrimary = 0x03_00_00;
  for (const [at, value] of [isPrimary, primaryLength, 0, 0, 0, mapLength, mapOffset].entries()) {
    tiff.writeUInt32LE(value, 50 + 4 * at);
  }
  return segment(0xe2, bytes);
}

function segment(marker: number, content: string | Buffer): Buffer {
  const body = Buffer.from(content as string, 'latin1');
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

const withSegments = (jpeg: Buffer, segments: readonly Buffer[]) =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
