import { createDeflate, deflateSync } from 'node:zlib';
import { pngRawBytes } from '../../source/png-raw-bytes.ts';
import { patchesPng, pngChunk } from '../png.ts';
import { beforeEmptyBlocks, behindEmptyBlocks } from './empty-deflate.ts';

const patch = [[200, 100, 50]];

/** A small PNG with empty chunks of an unknown type: 12 bytes each. */
export function manyChunksPng(chunks: number): Buffer {
  const empty = pngChunk('noNe', Buffer.of());
  return patchesPng(patch, 8, [Buffer.alloc(chunks * empty.length, empty)]);
}

/** What is before the compressed data of a chunk. */
const heads = { zTXt: 'Comment\0\0', iTXt: 'XML:com.adobe.xmp\0\x01\0\0\0', iCCP: 'profile\0\0' } as const;
type Compressed = keyof typeof heads;

/** A small PNG with compressed metadata that inflate to that many bytes: about a thousandth of them in the file. */
export function inflatingPng(type: Compressed, inflatedBytes: number, copies = 1): Buffer {
  const compressed = deflateSync(Buffer.alloc(inflatedBytes, type === 'iCCP' ? 0 : 'x'), { level: 9 });
  const chunk = compressedChunk(type, compressed);
  return patchesPng(patch, 8, [Buffer.alloc(copies * chunk.length, chunk)]);
}

const compressedChunk = (type: Compressed, compressed: Buffer) =>
  pngChunk(type, Buffer.concat([Buffer.from(heads[type], 'latin1'), compressed]));

/** A small PNG with metadata of 100 bytes behind that many bytes of deflate blocks without content. */
export const emptyBlocksPng = (type: Compressed, bytes: number): Buffer =>
  patchesPng(patch, 8, [compressedChunk(type, behindEmptyBlocks(bytes, Buffer.alloc(100, 'x')))]);

/** A small PNG with metadata of 3.5 MB, and after these as many deflate blocks without content as they allow. */
export const allowedBlocksPng = (type: Compressed, inflatedBytes = 3_500_000): Buffer =>
  patchesPng(patch, 8, [
    compressedChunk(type, beforeEmptyBlocks(1.2 * inflatedBytes, Buffer.alloc(inflatedBytes, 'x'))),
  ]);

/** A small PNG with 100 compressed texts in front of XMP in another one. */
export function manyTextsPng(xmp: string): Buffer {
  const text = compressedChunk('zTXt', deflateSync(Buffer.from('text')));
  return patchesPng(patch, 8, [Buffer.alloc(100 * text.length, text), compressedChunk('iTXt', deflateSync(xmp)), text]);
}

/** A grey PNG of 8 × 8 pixels behind that many bytes of deflate blocks without content. */
export const emptyBlocksBeforePixelsPng = (bytes: number): Buffer =>
  pngOf({ width: 8, height: 8, depth: 8, type: 0 }, behindEmptyBlocks(bytes, Buffer.alloc(8 * 9, 0)));

/** A small PNG with text of that many bytes. */
export function largeTextPng(bytes: number): Buffer {
  return patchesPng(patch, 8, [pngChunk('tEXt', Buffer.concat([Buffer.from('Comment\0'), Buffer.alloc(bytes, 'x')]))]);
}

/** An interlaced PNG of clear black, RGBA of 16 bits per channel: every pass is held in memory to the last one. */
export async function interlacedPng(width: number, height: number): Promise<Buffer> {
  const header = { width, height, depth: 16, type: 6, interlace: 1 } as const;
  return pngOf(header, await deflatedZeros(pngRawBytes(headerOf(header)) ?? 0));
}

/** https://www.w3.org/TR/png-3/#11IHDR */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly type: number;
  readonly interlace?: 0 | 1;
}

function headerOf({ width, height, depth, type, interlace = 0 }: PngHeader): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, type, 0, 0, interlace], 8);
  return header;
}

/** @param deflated all rows, each behind its filter type */
export const pngOf = (header: PngHeader, deflated: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', headerOf(header)),
    pngChunk('IDAT', deflated),
    pngChunk('IEND', Buffer.of()),
  ]);

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
