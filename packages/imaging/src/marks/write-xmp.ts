import { type Marks, xmpNames } from './marks.ts';

/** A minimal XMP packet: without the padding and the wrapper that only editors in place need. */
export function writeXmp(marks: Marks): string {
  const properties = (Object.keys(forms) as (keyof Marks)[]).flatMap((mark) => {
    const value = marks[mark];
    return value === undefined ? [] : [forms[mark](escaped(value))];
  });
  const namespaces = Object.entries(prefixes).filter(([prefix]) =>
    properties.some((xml) => xml.includes(`<${prefix}:`)),
  );
  const declared = namespaces.map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`).join('');
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""${declared}>${properties.join('')}</rdf:Description></rdf:RDF></x:xmpmeta>`;
}

const prefixes = {
  dc: xmpNames.artist.uri,
  photoshop: xmpNames.credit.uri,
  Iptc4xmpExt: xmpNames.digitalSourceType.uri,
} as const;

/** The types of the properties: an ordered list, an alternative of languages, and simple values. */
const forms: Readonly<Record<keyof Marks, (xml: string) => string>> = {
  artist: (xml) => `<dc:creator><rdf:Seq><rdf:li>${xml}</rdf:li></rdf:Seq></dc:creator>`,
  copyright: (xml) => `<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">${xml}</rdf:li></rdf:Alt></dc:rights>`,
  credit: (xml) => `<photoshop:Credit>${xml}</photoshop:Credit>`,
  digitalSourceType: (xml) => `<Iptc4xmpExt:DigitalSourceType>${xml}</Iptc4xmpExt:DigitalSourceType>`,
};

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
