import { isoBoxes } from '../source/iso-box-tree.ts';
import { type Extent, itemTypes, readExtents } from './avif-extents.ts';
import { boxesByType, type HeifMeta } from './heif-meta.ts';

/** A property of items; the same object for each item that has it. */
export interface HeifProperty {
  readonly type: string;
  readonly content: Buffer;
}

/** Items as libheif reads them. Truncated tables are read up to their end. */
export interface HeifItems {
  readonly primary: number | undefined;
  /** Those with data, a type or properties. */
  readonly all: ReadonlySet<number>;
  typeOf(item: number): string | undefined;
  data(item: number): Buffer;
  /** Each one once. */
  properties(item: number): HeifProperty[];
  /** Of all `dimg` references, with repetitions: pictures that derived ones are made of. */
  readonly sources: number;
  /** Targets of the references of an item, with repetitions. */
  from(item: number, reference: string): readonly number[];
  /** Items with a reference to an item. */
  to(item: number, reference: string): ReadonlySet<number>;
}

export function readHeifItems(file: Buffer, meta: HeifMeta): HeifItems {
  const table = (type: string) => meta.get(type) ?? Buffer.of();
  const types = new Map<number, string>();
  // Of several entries for an item, libheif uses the first one.
  for (const [item, type] of itemTypes(table('iinf'))) if (!types.has(item)) types.set(item, type);
  const extents = Map.groupBy(readExtents(table('iloc'), file.length), ({ item }) => item);
  const dataOf = ({ offset, length, isInIdat }: Extent) =>
    (isInIdat ? table('idat') : file).subarray(offset, offset + length);
  const properties = readProperties(table('iprp'));
  const { from, to } = readReferences(table('iref'));
  return {
    primary: primaryOf(table('pitm')),
    all: new Set([...extents.keys(), ...types.keys(), ...properties.keys()]),
    typeOf: (item) => types.get(item),
    data: (item) => joined((extents.get(item) ?? []).map(dataOf)),
    sources: [...from].reduce((sum, [key, targets]) => (key.startsWith('dimg') ? sum + targets.length : sum), 0),
    properties: (item) => [...(properties.get(item) ?? [])],
    from: (item, reference) => from.get(`${reference} ${item}`) ?? [],
    to: (item, reference) => to.get(`${reference} ${item}`) ?? new Set(),
  };
}

/** Without a copy of a single part, which may be the whole file. */
const joined = (parts: readonly Buffer[]) => (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));

function primaryOf(pitm: Buffer): number | undefined {
  const idBytes = pitm[0] === 0 ? 2 : 4;
  return pitm.length < 4 + idBytes ? undefined : pitm.readUIntBE(4, idBytes);
}

/** libheif adds up the associations of all `ipma` boxes. ISO/IEC 23008-12, section 9.3 */
function readProperties(iprp: Buffer): Map<number, Set<HeifProperty>> {
  const ipco = boxesByType(iprp).get('ipco') ?? Buffer.of();
  const shared = [...isoBoxes(ipco, { from: 0, to: ipco.length })].map(({ type, from, to }) => ({
    type,
    content: ipco.subarray(from, to),
  }));
  const ofItem = new Map<number, Set<HeifProperty>>();
  for (const { type, from, to } of isoBoxes(iprp, { from: 0, to: iprp.length })) {
    if (type !== 'ipma') continue;
    for (const [item, place] of associations(iprp.subarray(from, to))) {
      const property = shared[place - 1];
      if (property) setOf(ofItem, item).add(property);
    }
  }
  return ofItem;
}

function* associations(ipma: Buffer): Generator<[item: number, place: number]> {
  const idBytes = ipma[0] === 0 ? 2 : 4;
  const placeBytes = ((ipma[3] ?? 0) & 1) === 0 ? 1 : 2;
  for (let at = 8; at + idBytes < ipma.length; ) {
    const item = ipma.readUIntBE(at, idBytes);
    const places = ipma[at + idBytes] ?? 0;
    at += idBytes + 1;
    for (let left = places; left > 0 && at + placeBytes <= ipma.length; left--, at += placeBytes) {
      yield [item, ipma.readUIntBE(at, placeBytes) & (placeBytes === 1 ? 0x7f : 0x7f_ff)];
    }
  }
}

function readReferences(iref: Buffer) {
  const from = new Map<string, number[]>();
  const to = new Map<string, Set<number>>();
  for (const [type, source, targets] of references(iref)) {
    const key = `${type} ${source}`;
    const known = from.get(key) ?? [];
    from.set(key, known);
    for (const target of targets) {
      known.push(target);
      setOf(to, `${type} ${target}`).add(source);
    }
  }
  return { from, to };
}

/** libheif reads a reference after the last target of the one before, whatever size that box declares. ISO/IEC 14496-12, section 8.11.12 */
function* references(iref: Buffer): Generator<[type: string, from: number, to: number[]]> {
  const idBytes = iref[0] === 0 ? 2 : 4;
  for (let at = 4; at + 8 + idBytes + 2 <= iref.length; ) {
    const type = iref.toString('latin1', at + 4, at + 8);
    at += iref.readUInt32BE(at) === 1 ? 16 : 8;
    if (at + idBytes + 2 > iref.length) return;
    const source = iref.readUIntBE(at, idBytes);
    const count = Math.min(iref.readUInt16BE(at + idBytes), Math.floor((iref.length - at - idBytes - 2) / idBytes));
    at += idBytes + 2;
    const targets = Array.from({ length: count }, (_, index) => iref.readUIntBE(at + index * idBytes, idBytes));
    at += count * idBytes;
    yield [type, source, targets];
  }
}

function setOf<Key, Value>(sets: Map<Key, Set<Value>>, key: Key): Set<Value> {
  const set = sets.get(key) ?? new Set<Value>();
  sets.set(key, set);
  return set;
}
