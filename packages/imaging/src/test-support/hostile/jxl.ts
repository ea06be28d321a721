import { jxlSample } from '../jxl.ts';

/** Where the last frame of the sample `moving` begins. */
const LAST_FRAME_AT = 1860;
/** The flag of that frame which says that it is the last one. */
const IS_LAST = { byte: 3, bit: 0 } as const;

/** A JPEG XL of 64 × 48 pixels with that many frames after its first one, 31 bytes each. */
export async function manyFramesJxl(frames: number): Promise<Buffer> {
  const sample = await jxlSample('moving');
  const last = sample.subarray(LAST_FRAME_AT);
  const frame = Buffer.from(last);
  frame.writeUInt8(frame.readUInt8(IS_LAST.byte) ^ (1 << IS_LAST.bit), IS_LAST.byte);
  return Buffer.concat([sample.subarray(0, LAST_FRAME_AT), Buffer.alloc((frames - 1) * frame.length, frame), last]);
}
