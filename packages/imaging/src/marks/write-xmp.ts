import { type Marks, xmpNames } from './marks.ts';

/** Properties beside the marks, as XML. */
export interface XmpParts {
  /** By prefix. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** Each with a space before it. */
  readonly attributes: string;
  readonly properties: string;
}

const NOTHING: XmpParts = { namespaces: {}, attributes: '', properties: '' };

/** A minimal XMP packet: without the padding and the wrapper that only editors in place need. */
export function writeXmp(marks: Marks, more: XmpParts = NOTHING): string {
  const properties = (Object.keys(forms) as (keyof Marks)[]).flatMap((mark) => {
    const value = marks[mark];
    return value === undefined ? [] : [forms[mark](escaped(value))];
  });
  const namespaces = Object.entries(prefixes).filter(([prefix]) =>
    properties.some((xml) => xml.includes(`<${prefix}:`)),
  );
  const declared = [...namespaces, ...Object.entries(more.namespaces)]
    .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
    .join('');
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""${declared}${more.attributes}>${properties.join('')}${more.properties}</rdf:Description></rdf:RDF></x:xmpmeta>`;
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
