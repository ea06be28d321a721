import { createDeflate, deflateSync } from 'node:zlib';
import { patchesPng, pngChunk } from '../png.ts';

const patch = [[200, 100, 50]];

/** A small PNG with empty chunks of an unknown type: 12 bytes each. */
export function manyChunksPng(chunks: number): Buffer {
  const empty = pngChunk('noNe', Buffer.of());
  return patchesPng(patch, 8, [Buffer.alloc(chunks * empty.length, empty)]);
}

/** A small PNG with compressed metadata that inflate to that many bytes: about a thousandth of them in the file. */
export function inflatingPng(type: 'zTXt' | 'iTXt' | 'iCCP', inflatedBytes: number, copies = 1): Buffer {
  const compressed = deflateSync(Buffer.alloc(inflatedBytes, type === 'iCCP' ? 0 : 'x'), { level: 9 });
  const head = { zTXt: 'Comment\0\0', iTXt: 'XML:com.adobe.xmp\0\x01\0\0\0', iCCP: 'profile\0\0' }[type];
  const chunk = pngChunk(type, Buffer.concat([Buffer.from(head, 'latin1'), compressed]));
  return patchesPng(patch, 8, [Buffer.alloc(copies * chunk.length, chunk)]);
}

/** A small PNG with text of that many bytes. */
export function largeTextPng(bytes: number): Buffer {
  return patchesPng(patch, 8, [pngChunk('tEXt', Buffer.concat([Buffer.from('Comment\0'), Buffer.alloc(bytes, 'x')]))]);
}

/** An interlaced PNG of clear black, RGBA of 16 bits per channel: every pass is held in memory to the last one. */
export async function interlacedPng(width: number, height: number): Promise<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([16, 6, 0, 0, 1], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', await deflatedZeros(rawBytes(width, height))),
    pngChunk('IEND', Buffer.of()),
  ]);
}

/** Start and step of each Adam7 pass. https://www.w3.org/TR/png-3/#8Interlace */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const PIXEL_BYTES = 8;

const rawBytes = (width: number, height: number) =>
  passes.reduce((sum, [left, top, across, down]) => {
    const [columns, rows] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
    return sum + (columns > 0 && rows > 0 ? rows * (1 + columns * PIXEL_BYTES) : 0);
  }, 0);

async function deflatedZeros(bytes: number): Promise<Buffer> {
  const deflate = createDeflate({ level: 1 });
  const zeros = Buffer.alloc(Math.min(bytes, 2 ** 20));
  const write = async () => {
    for (let left = bytes; left > 0; left -= zeros.length) {
      if (!deflate.write(zeros.subarray(0, left))) await new Promise((drained) => deflate.once('drain', drained));
    }
    deflate.end();
  };
  const [parts] = await Promise.all([Array.fromAsync(deflate), write()]);
  return Buffer.concat(parts as Buffer[]);
}
