import { type Box, boxesIn, boxIn } from '../source/isobmff.ts';

/** The items of an AVIF or HEIF file, with their properties. https://aomediacodec.github.io/av1-avif */
export interface AvifItems {
  readonly primary: number;
  properties(item: number): Box[];
  /** Targets of an item's references of this type. */
  from(item: number, reference: string): number[];
  /** Items with a reference of this type to an item, each once. */
  to(item: number, reference: string): number[];
  /** Whether an item is an auxiliary picture of this type, such as an alpha channel. */
  isAuxiliary(item: number, urn: string): boolean;
  /** The first extent of an item. */
  bytes(item: number): Buffer;
}

/** @throws RangeError if a box is missing or truncated */
export function readAvifItems(file: Buffer): AvifItems {
  const meta = required(boxIn(file, 'meta', 'full'), 'meta');
  const properties = readProperties(required(boxIn(meta, 'iprp'), 'iprp'));
  const references = readReferences(boxIn(meta, 'iref'));
  const locations = readLocations(required(boxIn(meta, 'iloc'), 'iloc'));
  return {
    primary: readPrimary(required(boxIn(meta, 'pitm'), 'pitm')),
    properties: (item) => properties.get(item) ?? [],
    from: (item, type) => references.filter((one) => one.type === type && one.from === item).map(({ to }) => to),
    to: (item, type) => [
      ...new Set(references.filter((one) => one.type === type && one.to === item).map(({ from }) => from)),
    ],
    isAuxiliary: (item, urn) => (properties.get(item) ?? []).some((box) => isOfType(box, urn)),
    bytes: (item) => {
      const { offset, length, inMeta } = required(locations.get(item), 'item');
      const within = inMeta ? required(boxIn(meta, 'idat'), 'idat') : file;
      return within.subarray(offset, length === 0 ? within.length : offset + length);
    },
  };
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new RangeError(`The ${name} is missing.`);
  return value;
}

/** After version and flags. ISO/IEC 23008-12, section 6.5.8 */
const URN_AT = 4;

/** Its content can be long, but a type is at its start, up to a zero or the end. */
const isOfType = ({ type, content }: Box, urn: string) =>
  type === 'auxC' && [urn, `${urn}\0`].includes(content.toString('latin1', URN_AT, URN_AT + urn.length + 1));

const readPrimary = (pitm: Buffer) => (pitm.readUInt8(0) === 0 ? pitm.readUInt16BE(4) : pitm.readUInt32BE(4));

/** Items refer to their properties by an index into a shared list. */
function readProperties(iprp: Buffer): Map<number, Box[]> {
  const shared = boxesIn(required(boxIn(iprp, 'ipco'), 'ipco'));
  const ofItem = new Map<number, Box[]>();
  for (const { content } of boxesIn(iprp).filter(({ type }) => type === 'ipma')) {
    const fields = new Fields(content);
    const [version, flags] = [fields.take(1), fields.take(3)];
    for (let entries = fields.take(4); entries > 0; entries--) {
      const item = fields.take(version === 0 ? 2 : 4);
      const places = Array.from({ length: fields.take(1) }, () =>
        flags & 1 ? fields.take(2) & 0x7f_ff : fields.take(1) & 0x7f,
      );
      ofItem.set(
        item,
        places.flatMap((place) => shared[place - 1] ?? []),
      );
    }
  }
  return ofItem;
}

function readReferences(iref: Buffer | undefined): { type: string; from: number; to: number }[] {
  if (!iref) return [];
  if (iref.length > BYTES_MAX) throw new RangeError('The file has too many references.');
  const idBytes = iref.readUInt8(0) === 0 ? 2 : 4;
  return boxesIn(iref.subarray(4)).flatMap(({ type, content }) => {
    const fields = new Fields(content);
    const from = fields.take(idBytes);
    return Array.from({ length: fields.take(2) }, () => ({ type, from, to: fields.take(idBytes) }));
  });
}

interface Location {
  readonly offset: number;
  /** 0 means up to the end. */
  readonly length: number;
  /** Relative to the `idat` box instead of the file. */
  readonly inMeta: boolean;
}

function readLocations(iloc: Buffer): Map<number, Location> {
  const fields = new Fields(iloc);
  const version = fields.take(1);
  fields.take(3);
  const sizes = fields.take(2);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexBytes = version === 0 ? 0 : sizes & 15;
  const locations = new Map<number, Location>();
  for (let items = fields.take(version < 2 ? 2 : 4); items > 0; items--) {
    const item = fields.take(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : fields.take(2) & 15;
    fields.take(2);
    const base = fields.take(baseBytes);
    const extents = fields.take(2);
    if (extents === 0) continue;
    fields.skip(indexBytes);
    locations.set(item, {
      offset: base + fields.take(offsetBytes),
      length: fields.take(lengthBytes),
      inMeta: method === 1,
    });
    fields.skip((extents - 1) * (indexBytes + offsetBytes + lengthBytes));
  }
  return locations;
}

/** Limit of a list of items: a picture of a thousand tiles needs a tenth of it. */
const BYTES_MAX = 2 ** 18;

/** Reads consecutive integers. */
class Fields {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    if (bytes.length > BYTES_MAX) throw new RangeError('The file has too many items.');
    this.#bytes = bytes;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  /** @throws RangeError after the last byte */
  take(bytes: number): number {
    let value = 0;
    for (let index = 0; index < bytes; index++) value = value * 256 + this.#bytes.readUInt8(this.#at + index);
    this.#at += bytes;
    return value;
  }
}
