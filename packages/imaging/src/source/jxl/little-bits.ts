/** Reads numbers of any bits, the lowest bit first. Beyond the end, all bits are 0. */
export interface LittleBits {
  read(bits: number): number;
  flag(): boolean;
  /** One of four codes of 2 bits, each with a number of bits to read, and what to add to them: U32 of ISO/IEC 18181-1, 9.2.2. */
  choose(...codes: readonly [Code, Code, Code, Code]): number;
  /** The same for values of an enumeration. */
  enumeration(): number;
  skip(bits: number): void;
  /** Whether it has read beyond the end. */
  isOver(): boolean;
}

type Code = readonly [bits: number, plus: number];

export function createLittleBits(bytes: Uint8Array): LittleBits {
  let at = 0;
  const read = (bits: number) => {
    let value = 0;
    for (let bit = 0; bit < bits; bit++, at++) value += (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) * 2 ** bit;
    return value;
  };
  const choose: LittleBits['choose'] = (...codes) => {
    const [bits, plus] = codes[read(2)] as Code;
    return read(bits) + plus;
  };
  return {
    read,
    choose,
    flag: () => read(1) === 1,
    enumeration: () => choose([0, 0], [0, 1], [4, 2], [6, 18]),
    skip: (bits) => {
      at += bits;
    },
    isOver: () => at > 8 * bytes.length,
  };
}
