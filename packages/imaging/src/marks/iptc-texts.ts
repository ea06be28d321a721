import { cleanString, cleanText } from './clean-text.ts';

export interface IptcTexts {
  readonly artist?: string;
  readonly copyright?: string;
  readonly credit?: string;
}

/** Datasets of record 2: By-line, Credit, Copyright Notice. https://www.iptc.org/std/IIM/4.2/specification/IIMV4.2.pdf */
const names: Readonly<Record<number, keyof IptcTexts>> = { 80: 'artist', 110: 'credit', 116: 'copyright' };

const MARK = 0x1c;
const APPLICATION_RECORD = 2;
const HEADER = 5;
/** Longer datasets have a length of another form. No text is that long. */
const LENGTH_MAX = 0x7fff;
/** A full caption with its keywords has fewer than a hundred. */
const DATASETS_MAX = 1_000;

/**
 * The texts of an IPTC-IIM block, bare or within Photoshop's image resources, as in JPEG. One pass; damaged parts end it. Repeated
 * datasets, such as several By-lines, are joined with semicolons.
 */
export function readIptcTexts(block: Uint8Array): IptcTexts {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const texts = new Map<keyof IptcTexts, string[]>();
  for (const { name, content } of datasets(iimOf(bytes))) {
    const text = cleanText(content);
    if (text !== '') texts.set(name, [...(texts.get(name) ?? []), text]);
  }
  return Object.fromEntries([...texts].map(([name, all]) => [name, cleanString(all.join('; '))]));
}

function* datasets(iim: Buffer): Generator<{ name: keyof IptcTexts; content: Buffer }> {
  let at = 0;
  for (let count = 0; count < DATASETS_MAX && at + HEADER <= iim.length && iim[at] === MARK; count++) {
    const length = iim.readUInt16BE(at + 3);
    if (length > LENGTH_MAX) return;
    const name = iim[at + 1] === APPLICATION_RECORD ? names[iim[at + 2] ?? 0] : undefined;
    const from = at + HEADER;
    at = from + length;
    if (name) yield { name, content: iim.subarray(from, at) };
  }
}

const PHOTOSHOP = 'Photoshop 3.0\0';
const RESOURCE = '8BIM';
const IPTC_RESOURCE = 0x0404;

/** https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/#50577409_pgfId-1037504 */
function iimOf(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 0, PHOTOSHOP.length) !== PHOTOSHOP) return bytes;
  for (let at = PHOTOSHOP.length; at + 12 <= bytes.length && bytes.toString('latin1', at, at + 4) === RESOURCE; ) {
    const id = bytes.readUInt16BE(at + 4);
    // A name with its length byte has an even number of bytes, and so have the data.
    const dataAt = at + 6 + even(1 + (bytes[at + 6] ?? 0)) + 4;
    if (dataAt > bytes.length) break;
    const length = bytes.readUInt32BE(dataAt - 4);
    if (id === IPTC_RESOURCE) return bytes.subarray(dataAt, dataAt + length);
    at = dataAt + even(length);
  }
  return bytes.subarray(bytes.length);
}

const even = (length: number) => length + (length % 2);
