import { type Box, boxesIn, boxIn } from './isobmff.ts';

export interface IsoMedia {
  /** The major brand first. */
  readonly brands: readonly string[];
  /** Codec of the primary picture, such as `av01` or `hvc1`; undefined if the file does not declare it. */
  readonly primaryCodec: string | undefined;
  /** Has a track, but no still picture. */
  readonly isTrackOnly: boolean;
}

/** Reads the boxes of an ISO base media file; undefined for any other file. */
export function readIsoMedia(file: Uint8Array): IsoMedia | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return undefined;
  const boxes = boxesIn(bytes);
  const [type] = boxes;
  const meta = boxes.find((box) => box.type === 'meta');
  return {
    brands: type ? brandsOf(type) : [],
    primaryCodec: meta && primaryCodecOf(meta.content.subarray(4)),
    isTrackOnly: !meta && boxes.some((box) => box.type === 'moov'),
  };
}

/** Files have about ten; the others of a longer list are not read. */
const BRANDS_MAX = 256;

/** The second word is the version of the major brand. */
function brandsOf({ content }: Box): string[] {
  const words = content.toString('latin1', 0, 4 * (BRANDS_MAX + 1)).match(/.{4}/gs) ?? [];
  return words.filter((_, index) => index !== 1);
}

/** Types of pictures that are derived from other pictures. */
const derived = new Set(['grid', 'iovl', 'iden', 'tmap']);
/** Deepest useful nesting: a grid in an overlay in a tone-mapped picture. */
const DERIVED_DEPTH_MAX = 4;

/** ISO/IEC 14496-12, sections 8.11.4 (`pitm`), 8.11.6 (`iinf`) and 8.11.12 (`iref`). */
function primaryCodecOf(meta: Buffer): string | undefined {
  const [primary, items, references] = [boxIn(meta, 'pitm'), boxIn(meta, 'iinf'), boxIn(meta, 'iref')];
  if (!primary || !items) return undefined;
  const types = itemTypes(items);
  let id = idAt(primary, 4, primary[0] === 0 ? 2 : 4);
  for (let depth = 0; depth < DERIVED_DEPTH_MAX && id !== undefined; depth++) {
    const type = types.get(id);
    if (type === undefined || !derived.has(type)) return type;
    id = references && firstSource(references, id);
  }
  return undefined;
}

function itemTypes(items: Buffer): Map<number, string> {
  const types = new Map<number, string>();
  for (const { type, content } of boxesIn(items.subarray(items[0] === 0 ? 6 : 8))) {
    const version = content[0] ?? 0;
    const idBytes = version === 3 ? 4 : 2;
    const id = idAt(content, 4, idBytes);
    // Versions 0 and 1 have no item type.
    if (type !== 'infe' || version < 2 || id === undefined) continue;
    const typeAt = 4 + idBytes + 2;
    types.set(id, content.toString('latin1', typeAt, typeAt + 4));
  }
  return types;
}

function firstSource(references: Buffer, id: number): number | undefined {
  const idBytes = references[0] === 0 ? 2 : 4;
  const source = boxesIn(references.subarray(4)).find(
    ({ type, content }) => type === 'dimg' && idAt(content, 0, idBytes) === id,
  );
  return source && idAt(source.content, idBytes + 2, idBytes);
}

const idAt = (bytes: Buffer, at: number, size: 2 | 4): number | undefined =>
  at + size <= bytes.length ? bytes.readUIntBE(at, size) : undefined;
