/** Colour information of an AV1 stream: https://aomediacodec.github.io/av1-spec/#color-config-syntax */
export interface Av1Colour {
  readonly monochrome: boolean;
  readonly primaries: number;
  readonly transfer: number;
  /** 0 to 255 (in 8 bits) instead of 16 to 235. */
  readonly fullRange: boolean;
}

const SEQUENCE_HEADER = 1;
const UNSPECIFIED = 2;
/** The sequence header is about a dozen bytes long, and only a delimiter of two bytes can precede it. */
const BYTES_MAX = 1024;

/**
 * Reads the sequence header at the start of an AVIF item.
 *
 * @throws RangeError if it is missing or truncated
 */
export function readAv1Colour(item: Buffer): Av1Colour {
  const bits = new BitReader(sequenceHeaderIn(item.subarray(0, BYTES_MAX)));
  const { profile, reduced } = readStart(bits);
  return readColour(bits, profile, reduced);
}

/**
 * The largest width × height of a frame, from the content of a sequence header.
 *
 * @throws RangeError if it is truncated
 */
export function readAv1Pixels(sequenceHeader: Buffer): number {
  const { width, height } = readStart(new BitReader(sequenceHeader.subarray(0, BYTES_MAX)));
  return width * height;
}

function sequenceHeaderIn(item: Buffer): Buffer {
  let at = 0;
  while (at < item.length) {
    const header = item.readUInt8(at);
    const type = (header >> 3) & 15;
    at += header & 4 ? 2 : 1;
    let size = item.length - at;
    if (header & 2) {
      const length = leb128(item, at);
      [size, at] = [length.value, at + length.bytes];
    }
    if (type === SEQUENCE_HEADER) return item.subarray(at, at + size);
    at += size;
  }
  throw new RangeError('The sequence header is missing.');
}

function leb128(bytes: Buffer, at: number): { value: number; bytes: number } {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes.readUInt8(at + index);
    value += (byte & 127) * 2 ** (7 * index);
    if (byte < 128) return { value, bytes: index + 1 };
  }
  throw new RangeError('This length field is longer than AV1 allows.');
}

/** In the order of https://aomediacodec.github.io/av1-spec/#sequence-header-obu-syntax */
function readStart(bits: BitReader) {
  const profile = bits.read(3);
  bits.skip(1); // still_picture
  const reduced = bits.flag();
  if (reduced) bits.skip(5);
  else skipTiming(bits);
  const [widthBits, heightBits] = [bits.read(4) + 1, bits.read(4) + 1];
  return { profile, reduced, width: bits.read(widthBits) + 1, height: bits.read(heightBits) + 1 };
}

function readColour(bits: BitReader, profile: number, reduced: boolean): Av1Colour {
  if (!reduced && bits.flag()) bits.skip(4 + 3);
  bits.skip(3); // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
  if (!reduced) skipTools(bits);
  bits.skip(3); // enable_superres, enable_cdef, enable_restoration
  return readColourConfig(bits, profile);
}

function skipTiming(bits: BitReader): void {
  let delayBits = 0;
  if (bits.flag()) {
    bits.skip(64);
    if (bits.flag()) bits.skipUvlc();
    if (bits.flag()) {
      delayBits = bits.read(5) + 1;
      bits.skip(32 + 5 + 5);
    }
  }
  const hasDisplayDelay = bits.flag();
  const points = bits.read(5) + 1;
  for (let point = 0; point < points; point++) {
    bits.skip(12);
    if (bits.read(5) > 7) bits.skip(1);
    if (delayBits > 0 && bits.flag()) bits.skip(2 * delayBits + 1);
    if (hasDisplayDelay && bits.flag()) bits.skip(4);
  }
}

function skipTools(bits: BitReader): void {
  bits.skip(4); // enable_interintra_compound to enable_dual_filter
  const hasOrderHint = bits.flag();
  if (hasOrderHint) bits.skip(2);
  const chooses = bits.flag();
  const contentTools = chooses || bits.flag();
  const choosesVectors = !contentTools || bits.flag();
  if (!choosesVectors) bits.skip(1);
  if (hasOrderHint) bits.skip(3);
}

function readColourConfig(bits: BitReader, profile: number): Av1Colour {
  const isDeep = bits.flag();
  if (profile === 2 && isDeep) bits.skip(1);
  const monochrome = profile !== 1 && bits.flag();
  const [primaries, transfer, matrix] = bits.flag()
    ? [bits.read(8), bits.read(8), bits.read(8)]
    : [UNSPECIFIED, UNSPECIFIED, UNSPECIFIED];
  const isRgb = !monochrome && primaries === 1 && transfer === 13 && matrix === 0;
  return { monochrome, primaries, transfer, fullRange: isRgb || bits.flag() };
}

class BitReader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  flag(): boolean {
    const byte = this.#bytes.readUInt8(this.#at >> 3);
    const bit = (byte >> (7 - (this.#at & 7))) & 1;
    this.#at += 1;
    return bit === 1;
  }

  /** At most 16 bits. */
  read(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++) value = value * 2 + Number(this.flag());
    return value;
  }

  skip(count: number): void {
    this.#at += count;
  }

  skipUvlc(): void {
    let zeros = 0;
    while (!this.flag()) zeros += 1;
    if (zeros < 32) this.skip(zeros);
  }
}
