import { constants, deflateRawSync, deflateSync } from 'node:zlib';

/** Two blocks without data, each with codes of its own: of all blocks, these take an inflater the most CPU for their bytes. RFC 1951, 3.2.7 */
const EMPTY_BLOCKS = Buffer.from('04c0810800000000207feb43001c880000000000f2b73e', 'hex');
const HEADER_BYTES = 2;

/** The data, deflated, behind about that many bytes of empty blocks. */
export function behindEmptyBlocks(bytes: number, data: Buffer): Buffer {
  const deflated = deflateSync(data);
  const pairs = Math.floor(bytes / EMPTY_BLOCKS.length);
  return Buffer.concat([
    deflated.subarray(0, HEADER_BYTES),
    Buffer.alloc(pairs * EMPTY_BLOCKS.length, EMPTY_BLOCKS),
    deflated.subarray(HEADER_BYTES),
  ]);
}

const LAST_BLOCK = Buffer.of(1, 0, 0, 0xff, 0xff);
const CHECKSUM_BYTES = 4;

/** The same with the empty blocks after the data. */
export function beforeEmptyBlocks(bytes: number, data: Buffer): Buffer {
  const deflated = deflateSync(data);
  return Buffer.concat([
    deflated.subarray(0, HEADER_BYTES),
    deflateRawSync(data, { finishFlush: constants.Z_FULL_FLUSH }),
    Buffer.alloc(Math.floor(bytes / EMPTY_BLOCKS.length) * EMPTY_BLOCKS.length, EMPTY_BLOCKS),
    LAST_BLOCK,
    deflated.subarray(-CHECKSUM_BYTES),
  ]);
}
