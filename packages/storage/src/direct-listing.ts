import type { ListedObject, ListObjects, ObjectPage } from './object-storage.ts';
import { type SendDirect, textOf } from './send-direct.ts';

const KEYS_MAX = 1000;
/** A thousand keys of 1,024 bytes, all of them escaped, are half of it. */
const PAGE_BYTES_MAX = 8 * 1024 * 1024;

/**
 * One page of a bucket's keys, which the server escapes as in URLs: then no key has a character that XML escapes.
 *
 * @returns undefined if the attempt failed, or the response has another form: then the SDK has to list
 * @throws StorageError as `SendDirect` does
 */
export async function listDirectly(send: SendDirect, list: ListObjects): Promise<ObjectPage | undefined> {
  const { prefix, startAfter, limit = KEYS_MAX, signal } = list;
  const query: [string, string][] = [
    ['encoding-type', 'url'],
    ['list-type', '2'],
    ['max-keys', String(limit)],
    ['prefix', prefix],
  ];
  if (startAfter !== undefined) query.push(['start-after', startAfter]);
  const response = await send({ method: 'GET', key: '', query, signal }, [200]);
  if (!response) return undefined;
  try {
    return parsePage(await textOf(response, PAGE_BYTES_MAX, signal));
  } catch {
    return undefined;
  }
}

/** @throws URIError for a key that is not escaped */
function parsePage(xml: string): ObjectPage | undefined {
  if (fieldOf(xml, 'EncodingType') !== 'url' || !xml.trimEnd().endsWith('</ListBucketResult>')) return undefined;
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, fields = '']) => objectOf(fields));
  if (Number(fieldOf(xml, 'KeyCount')) !== objects.length) return undefined;
  return { objects, nextAfter: fieldOf(xml, 'IsTruncated') === 'true' ? objects.at(-1)?.key : undefined };
}

const objectOf = (fields: string): ListedObject => ({
  key: decodeURIComponent(fieldOf(fields, 'Key').replaceAll('+', ' ')),
  sizeBytes: Number(fieldOf(fields, 'Size')),
  modifiedAt: new Date(fieldOf(fields, 'LastModified')),
});

/** The text of the first element with this name; empty without one. */
function fieldOf(xml: string, name: string): string {
  const from = xml.indexOf(`<${name}>`) + name.length + 2;
  return from < name.length + 2 ? '' : xml.slice(from, xml.indexOf('<', from));
}
