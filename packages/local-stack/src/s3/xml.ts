import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { S3Error } from './errors.ts';

type XmlValue = string | number | boolean | undefined | XmlElement | readonly XmlValue[];
export interface XmlElement {
  readonly [name: string]: XmlValue;
}

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
const builder = new XMLBuilder({ ignoreAttributes: false });
// Values stay untrimmed text: keys may start with spaces or look like numbers. htmlEntities decodes `&#13;` in keys.
const parser = new XMLParser({ parseTagValue: false, trimValues: false, ignoreDeclaration: true, htmlEntities: true });

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML writers must escape these, and the builder does not.
const controlCharacters = /[\u0000-\u0008\u000b-\u001f]/g;

export function buildXml(root: string, content: XmlElement, options: { namespaced: boolean } = { namespaced: true }) {
  const element = options.namespaced ? { '@_xmlns': namespace, ...content } : content;
  const xml: string = builder.build({ [root]: element });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xml.replace(controlCharacters, toCharacterReference)}`;
}

function toCharacterReference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** The content of the document's root element, which must have this name. */
export function parseXml(text: string, root: string): XmlElement {
  if (/<!DOCTYPE/i.test(text)) throw new S3Error('MalformedXML', { message: 'Document types are not accepted.' });
  const element = parseDocument(text)[root];
  if (element === undefined) throw new S3Error('MalformedXML', { message: `The root element must be ${root}.` });
  return asElement(element);
}

function parseDocument(text: string): XmlElement {
  try {
    return asElement(parser.parse(text, true));
  } catch (cause) {
    throw new S3Error('MalformedXML', { cause });
  }
}

function asElement(value: unknown): XmlElement {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as XmlElement) : {};
}

/** All children with that name, as an array, for none, one or many. */
export function childElements(parent: XmlElement, name: string): XmlElement[] {
  return children(parent, name).map(asElement);
}

export function childTexts(parent: XmlElement, name: string): string[] {
  return children(parent, name).filter((value) => typeof value === 'string');
}

export function childText(parent: XmlElement, name: string): string | undefined {
  return childTexts(parent, name)[0];
}

function children(parent: XmlElement, name: string): readonly XmlValue[] {
  const value = parent[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
