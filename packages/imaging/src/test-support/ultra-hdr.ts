import { ultraHdrJpeg } from '../gain-map/ultra-hdr-jpeg.ts';
import { jpegSegment } from '../source/jpeg-segment.ts';

const HDRGM = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"';

/**
 * A picture with a gain map, as from phones: the standard picture, with XMP and a multi-picture index that describe the map, followed by
 * the map as a JPEG. https://developer.android.com/media/platform/hdr-image-format
 *
 * @param mapXmp says what the levels of the map mean
 * @param hasDirectory whether the XMP of the standard picture names the map; a picture with XMP of its own has none
 */
export function ultraHdrOf(
  standard: Buffer,
  gainMap: Buffer,
  mapXmp = gainMapXmp(),
  { hasDirectory = true } = {},
): Buffer {
  const map = withXmp(gainMap, mapXmp);
  return ultraHdrJpeg(hasDirectory ? withXmp(standard, directoryXmp(map.length)) : standard, map);
}

const defaults = {
  GainMapMin: [0],
  GainMapMax: [2],
  Gamma: [1],
  OffsetSDR: [1 / 64],
  OffsetHDR: [1 / 64],
  HDRCapacityMin: [0],
  HDRCapacityMax: [2],
};

/** @param changed values: one for all channels, one for each, or none for a missing property */
export function gainMapXmp(
  changed: Partial<Record<keyof typeof defaults, readonly unknown[]>> = {},
  isBaseHdr = false,
) {
  const values = Object.entries({ ...defaults, ...changed });
  const attributes = values.flatMap(([name, [value, ...others]]) =>
    value === undefined || others.length > 0 ? [] : [`hdrgm:${name}="${value}"`],
  );
  const lists = values.map(([name, list]) => {
    const items = list.map((value) => `<rdf:li>${value}</rdf:li>`).join('');
    return list.length > 1 ? `<hdrgm:${name}><rdf:Seq>${items}</rdf:Seq></hdrgm:${name}>` : '';
  });
  const base = `hdrgm:BaseRenditionIsHDR="${isBaseHdr ? 'True' : 'False'}"`;
  return xmp([HDRGM, ...attributes, base].join(' '), lists.join(''));
}

const containerNames =
  'xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/"';

const directoryXmp = (mapLength: number) =>
  xmp(
    `${HDRGM} ${containerNames}`,
    '<Container:Directory><rdf:Seq>' +
      '<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>' +
      `<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="${mapLength}"/></rdf:li>` +
      '</rdf:Seq></Container:Directory>',
  );

const xmp = (attributes: string, content = '') =>
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  `<rdf:Description rdf:about="" ${attributes}>${content}</rdf:Description></rdf:RDF></x:xmpmeta>`;

const withXmp = (jpeg: Buffer, packet: string) =>
  Buffer.concat([
    jpeg.subarray(0, 2),
    jpegSegment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${packet}`)),
    jpeg.subarray(2),
  ]);
