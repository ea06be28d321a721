import { createBitWriter, differenceTable, segment, writeDifference } from './jpeg-parts.ts';

const BLOCK = 8;

/**
 * A baseline JPEG of plain grey blocks with restart markers, which sharp cannot write.
 *
 * @param levels of the blocks, row by row, from 0 to 255
 * @param interval blocks between two markers
 */
export function blockJpeg(across: number, levels: readonly number[], interval: number): Buffer {
  const data: Buffer[] = [];
  for (let first = 0; first < levels.length; first += interval) {
    if (first > 0) data.push(Buffer.of(0xff, 0xd0 + ((first / interval - 1) % 8)));
    data.push(runOf(levels.slice(first, first + interval)));
  }
  const size = Buffer.alloc(4);
  size.writeUInt16BE((BLOCK * levels.length) / across);
  size.writeUInt16BE(BLOCK * across, 2);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    // The DC coefficient is eight times the level.
    segment(0xdb, Buffer.of(0, ...Array(64).fill(BLOCK))),
    segment(0xc0, Buffer.of(8), size, Buffer.of(1, 1, 0x11, 0)),
    segment(0xc4, differenceTable(0)),
    // A single code: no more coefficients in the block.
    segment(0xc4, Buffer.of(0x10, 1, ...Array(15).fill(0), 0)),
    segment(0xdd, Buffer.of(interval >> 8, interval & 255)),
    segment(0xda, Buffer.of(1, 1, 0, 0, 63, 0)),
    ...data,
    Buffer.of(0xff, 0xd9),
  ]);
}

function runOf(levels: readonly number[]): Buffer {
  const bits = createBitWriter();
  let before = 128;
  for (const level of levels) {
    writeDifference(bits, level - before);
    bits.put(0, 1);
    before = level;
  }
  return bits.end();
}
