import type { Categories } from '@imagemill/variants';
import type { Seen } from './news.ts';

/**
 * The id of an event encodes the state of its listener, so that any process can resume from it without a log of sent
 * events: `status.revision.renditions`, where `renditions` has a bit for each variant of the set, in hexadecimal. See
 * ADR 17.
 */
export interface Cursors {
  encode(seen: Seen, category: string): string;
  /** Undefined for a malformed id or an id of an older variant set: the listener needs a new snapshot. */
  decode(text: string, category: string): Seen | undefined;
}

const NONE = '-';
const CURSOR = /^([a-z-]{1,20})\.([0-9a-f]{1,64}|-)\.([0-9a-f]{1,256})$/;

export function createCursors(categories: Categories): Cursors {
  const namesOf = (category: string) => {
    const { set = [], revision } = categories.get(category) ?? {};
    return { names: set.map(({ name, format }) => `${name}.${format}`), revision };
  };
  return {
    encode({ status, revision, sent }, category) {
      const { names } = namesOf(category);
      const bits = names.reduce((sum, name, index) => (sent.has(name) ? sum | (1n << BigInt(index)) : sum), 0n);
      return `${status}.${revision ?? NONE}.${bits.toString(16)}`;
    },

    decode(text, category) {
      const [, status = '', revision = NONE, hex = ''] = CURSOR.exec(text) ?? [];
      if (status === '') return undefined;
      const today = namesOf(category);
      if (revision !== NONE && revision !== today.revision) return undefined;
      const bits = BigInt(`0x${hex}`);
      const sent = new Set(today.names.filter((_, index) => (bits >> BigInt(index)) & 1n));
      return { status, revision: revision === NONE ? undefined : revision, sent };
    },
  };
}
