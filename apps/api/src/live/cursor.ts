import { type Categories, type OwnSettings, ownSpec } from '@imagemill/variants';
import type { Seen } from './news.ts';

/**
 * The id of an event encodes the state of its listener, so that any process can resume from it without a log of sent
 * events: `status.revision.renditions`, where `renditions` has a bit for each variant of the set, in hexadecimal. See
 * ADR 17.
 */
export interface Cursors {
  encode(seen: Seen, category: string): string;
  /** Undefined for a malformed id or an id of an older variant set: the listener needs a new snapshot. */
  decode(text: string, image: CursorSubject): Seen | undefined;
}

interface CursorSubject extends OwnSettings {
  readonly category: string;
}

const NONE = '-';
const CURSOR = /^([a-z-]{1,20})\.([0-9a-f]{1,64}|-)\.([0-9a-f]{1,256})$/;

export function createCursors(categories: Categories): Cursors {
  const specOf = ({ category, ...own }: CursorSubject) => {
    const common = categories.get(category);
    return common && ownSpec(common, own);
  };
  const namesOf = (category: string) =>
    (categories.get(category)?.set ?? []).map(({ name, format }) => `${name}.${format}`);
  return {
    encode({ status, revision, sent }, category) {
      const names = namesOf(category);
      const bits = names.reduce((sum, name, index) => (sent.has(name) ? sum | (1n << BigInt(index)) : sum), 0n);
      return `${status}.${revision ?? NONE}.${bits.toString(16)}`;
    },

    decode(text, image) {
      const [, status = '', revision = NONE, hex = ''] = CURSOR.exec(text) ?? [];
      if (status === '') return undefined;
      if (revision !== NONE && revision !== specOf(image)?.revision) return undefined;
      const bits = BigInt(`0x${hex}`);
      const sent = new Set(namesOf(image.category).filter((_, index) => (bits >> BigInt(index)) & 1n));
      return { status, revision: revision === NONE ? undefined : revision, sent };
    },
  };
}
