import { DigitalSourceType } from '@imagemill/variants';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { cleanString } from './clean-text.ts';
import { type Marks, type XmlName, xmpNames } from './marks.ts';

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const XML = 'http://www.w3.org/XML/1998/namespace';

/** Editors put the usual properties first. What follows, such as the history of a drawing, can have megabytes. */
const PACKET_BYTES_MAX = 2 ** 20;
const VALUE_CHARS_MAX = 1024;
const VALUES_MAX = 64;
/** The parser looks a namespace up in every open element. */
const DEPTH_MAX = 64;

/** The marks in an XMP packet. */
export function readXmpMarks(packet: Uint8Array): Marks {
  const values = readXmpValues(packet, xmpNames);
  const texts = [...values].map(([mark, found]) => [mark, markOf(mark, found)] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

/**
 * The values of these properties in an XMP packet: https://www.adobe.com/devnet/xmp.html, part 1. Never fails: properties before a fault,
 * or before the end of the first MiB, are read. Entities of a DTD are not expanded.
 */
export function readXmpValues<Name extends string>(
  packet: Uint8Array,
  names: Readonly<Record<Name, XmlName>>,
): Map<Name, XmpValue[]> {
  const values = new Map<Name, XmpValue[]>();
  const nameOf = (node: XmlName) => (Object.keys(names) as Name[]).find((name) => is(node, names[name]));
  try {
    parse(new TextDecoder().decode(packet.subarray(0, PACKET_BYTES_MAX)), nameOf, (name, value) => {
      const before = values.get(name) ?? [];
      if (before.length < VALUES_MAX) values.set(name, [...before, value]);
    });
  } catch {
    // Not well-formed from here on.
  }
  return values;
}

interface XmpValue {
  readonly text: string;
  readonly language: string | undefined;
}

const DEFAULT_LANGUAGE = 'x-default';

/** Creators are a list; the copyright is one text in several languages. */
function markOf(mark: keyof Marks, values: readonly XmpValue[]): string {
  const texts = values.map(({ text }) => text);
  if (mark === 'artist') return cleanString(texts.join('; '));
  const text = values.find(({ language }) => language === DEFAULT_LANGUAGE)?.text ?? texts[0] ?? '';
  return mark === 'digitalSourceType' ? sourceTypeOf(text) : cleanString(text);
}

const sourceTypeOf = (text: string) => DigitalSourceType.safeParse(text.trim()).data ?? '';

/**
 * Reports each value of a property. Of `rdf:RDF` ► `rdf:Description`, a property is an attribute, or an element with a text, with
 * `rdf:resource`, or with `rdf:li` elements. Properties within others, such as those of an ingredient, are not the picture's.
 */
function parse<Name>(
  xml: string,
  nameOf: (node: XmlName) => Name | undefined,
  onValue: (name: Name, value: XmpValue) => void,
): void {
  const parser = new SaxesParser({ xmlns: true });
  const path: SaxesTagNS[] = [];
  let text = '';
  const propertyHere = () => {
    const at = path.findIndex((tag) => is(tag, { uri: RDF, local: 'RDF' }));
    const [description, property] = at === -1 ? [] : path.slice(at + 1);
    const isProperty = description && property && is(description, { uri: RDF, local: 'Description' });
    return { name: isProperty ? nameOf(property) : undefined, depth: path.length - at - 2 };
  };

  parser.on('opentag', (tag) => {
    path.push(tag);
    if (path.length > DEPTH_MAX) throw new Error('The packet is nested too deeply.');
    text = '';
    const { name, depth } = propertyHere();
    const attributes = Object.values(tag.attributes);
    const isDescription = is(tag, { uri: RDF, local: 'Description' }) && depth === 0;
    for (const attribute of isDescription ? attributes : []) {
      const named = nameOf(attribute);
      if (named) onValue(named, xmpValue(attribute.value));
    }
    const resource = depth === 1 && attributes.find((attribute) => is(attribute, { uri: RDF, local: 'resource' }));
    if (name && resource) onValue(name, xmpValue(resource.value));
  });
  const addText = (more: string) => {
    if (text.length < VALUE_CHARS_MAX) text += more.slice(0, VALUE_CHARS_MAX);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', (tag) => {
    const { name, depth } = propertyHere();
    const isItem = depth === 3 && is(tag, { uri: RDF, local: 'li' });
    if (name && (depth === 1 || isItem) && text.trim() !== '') onValue(name, xmpValue(text, languageOf(tag)));
    path.pop();
    text = '';
  });
  parser.write(xml).close();
}

const xmpValue = (text: string, language?: string): XmpValue => ({ text: text.slice(0, VALUE_CHARS_MAX), language });

const is = (node: XmlName, { uri, local }: XmlName) => node.uri === uri && node.local === local;

const languageOf = ({ attributes }: SaxesTagNS): string | undefined =>
  Object.values(attributes).find((attribute) => is(attribute, { uri: XML, local: 'lang' }))?.value;
