const LENGTHS = 16;

/** The number of codes of each length from 1 to 16 bits, and their symbols. ITU-T T.81, section B.2.4.2. */
export interface HuffmanTable {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

/** The tables of a DHT segment; the id is the byte with class and number. */
export function* huffmanTables(content: Uint8Array): Generator<[id: number, table: HuffmanTable]> {
  for (let at = 0; at + 1 + LENGTHS <= content.length; ) {
    const counts = content.subarray(at + 1, at + 1 + LENGTHS);
    const start = at + 1 + LENGTHS;
    const end = start + counts.reduce((sum, count) => sum + count, 0);
    yield [content[at] ?? 0, { counts, symbols: content.subarray(start, end) }];
    at = end;
  }
}

/** A lookup table by the next 16 bits: length of the code at their start × 256 + its symbol; 0 for no code. Annex C. */
export function codesByBits({ counts, symbols }: HuffmanTable): Uint16Array {
  const codes = new Uint16Array(2 ** LENGTHS);
  let next = 0;
  let symbol = 0;
  for (const [index, count] of counts.entries()) {
    const length = index + 1;
    const span = 2 ** (LENGTHS - length);
    for (let code = 0; code < count; code++) {
      codes.fill((length << 8) | (symbols[symbol] ?? 0), next, next + span);
      next += span;
      symbol += 1;
    }
  }
  return codes;
}
