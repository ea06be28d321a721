/** Codes of four bits for the classes of differences, 0 to 8 bits long. */
const CODE_BITS = 4;
const CLASSES = 9;

/** The content of a DHT segment for them. */
export const differenceTable = (id: number) =>
  Buffer.of(id, 0, 0, 0, CLASSES, ...Array(12).fill(0), ...Array(CLASSES).keys());

/** The difference of a sample, or of a block's level, from the previous one: class, then bits. */
export function writeDifference(bits: BitWriter, difference: number) {
  const length = 32 - Math.clz32(Math.abs(difference));
  bits.put(length, CODE_BITS);
  if (length > 0) bits.put(difference > 0 ? difference : difference + 2 ** length - 1, length);
}

export type BitWriter = ReturnType<typeof createBitWriter>;

export function createBitWriter() {
  const bytes: number[] = [];
  let rest = 0;
  let count = 0;
  const put = (value: number, length: number) => {
    rest = (rest << length) | value;
    count += length;
    while (count >= 8) {
      count -= 8;
      const byte = (rest >> count) & 0xff;
      bytes.push(byte);
      if (byte === 0xff) bytes.push(0);
    }
    rest &= 2 ** count - 1;
  };
  return {
    put,
    end() {
      if (count > 0) put(2 ** (8 - count) - 1, 8 - count);
      return Buffer.from(bytes);
    },
  };
}

export { jpegSegment as segment } from '../source/jpeg-segment.ts';
