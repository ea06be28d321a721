import { uint16 } from '../little-endian.ts';

/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
const header = Buffer.concat([
  Buffer.from('GIF89a'),
  uint16(1),
  uint16(1),
  Buffer.of(0x80, 0, 0, 9, 9, 9, 250, 250, 250),
]);
const TRAILER = 0x3b;
/** One pixel of the first colour. */
const frame = Buffer.concat([Buffer.of(0x2c), Buffer.from('00000000010001000002024401' + '00', 'hex')]);

/** An animation of frames of one pixel: 15 bytes each. */
export function manyFramesGif(frames: number): Buffer {
  return Buffer.concat([header, Buffer.alloc(frames * frame.length, frame), Buffer.of(TRAILER)]);
}

/** One frame after empty comments of three bytes each. */
export function manyExtensionsGif(extensions: number): Buffer {
  return Buffer.concat([header, Buffer.alloc(3 * extensions, Buffer.of(0x21, 0xfe, 0)), frame, Buffer.of(TRAILER)]);
}

/** One frame after a comment in sub-blocks of one byte. */
export function manySubBlocksGif(blocks: number): Buffer {
  const comment = [Buffer.of(0x21, 0xfe), Buffer.alloc(2 * blocks, Buffer.of(1, 32)), Buffer.of(0)];
  return Buffer.concat([header, ...comment, frame, Buffer.of(TRAILER)]);
}
