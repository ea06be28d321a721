/** A bucket event of 1,000 records has about 27,000 values; 100 tickets with all their metadata have 2,400. */
const VALUES_MAX = 30_000;
/** A bucket event, the deepest body, has five levels. */
const DEPTH_MAX = 16;

const bytesOf = (characters: string): ReadonlySet<number | undefined> => new Set(Buffer.from(characters));
const opening = bytesOf('{[');
const closing = bytesOf('}]');
const [QUOTE, BACKSLASH, COMMA] = Buffer.from('"\\,');

/**
 * Whether a JSON text has more values or levels than any valid body. Reads the bytes once, without a parser: parsing and
 * validation cost up to a hundred times as much per value.
 */
export function isTooComplex(json: Uint8Array): boolean {
  let values = 0;
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === QUOTE) index = endOfString(json, index);
    else if (byte === COMMA) values += 1;
    else if (closing.has(byte)) depth -= 1;
    else if (opening.has(byte)) {
      values += 1;
      depth += 1;
    }
    if (values > VALUES_MAX || depth > DEPTH_MAX) return true;
  }
  return false;
}

/** The index of the quote that ends a string. @param start the index of its first quote */
function endOfString(json: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index;
}
