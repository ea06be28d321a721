import { uint32 } from '../little-endian.ts';

/** One transparent pixel, as a lossless bitstream. https://developers.google.com/speed/webp/docs/riff_container */
const pixel = Buffer.from('2f0000001007d0842634a1808188e87f00', 'hex');
const ANIMATION = 0x02;

/** An animation of frames of one pixel: 50 bytes each. */
export function manyFramesWebp(frames: number): Buffer {
  const frame = chunk('ANMF', Buffer.concat([Buffer.alloc(12), Buffer.of(10, 0, 0, 0), chunk('VP8L', pixel)]));
  return webp(extended(ANIMATION), chunk('ANIM', Buffer.alloc(6)), Buffer.alloc(frames * frame.length, frame));
}

/** The same, whose first frame declares the rest of the file as its own. */
export function hiddenFramesWebp(frames: number): Buffer {
  const bytes = manyFramesWebp(frames);
  const first = bytes.indexOf('ANMF');
  bytes.writeUInt32LE(bytes.length - first - 8, first + 4);
  return bytes;
}

/** A still of one pixel with chunks of an unknown type: 8 bytes each. */
export function manyChunksWebp(chunks: number): Buffer {
  const unknown = chunk('none', Buffer.of());
  return webp(extended(0), chunk('VP8L', pixel), Buffer.alloc(chunks * unknown.length, unknown));
}

const METADATA_FLAGS = { ICCP: 0x20, EXIF: 0x08, 'XMP ': 0x04 } as const;

/** A still of one pixel with one chunk of metadata. */
export const largeMetadataWebp = (type: keyof typeof METADATA_FLAGS, bytes: number): Buffer =>
  metadataWebp(type, Buffer.alloc(bytes, 'x'));

export function metadataWebp(type: keyof typeof METADATA_FLAGS, content: Buffer): Buffer {
  const metadata = chunk(type, content);
  const parts = type === 'ICCP' ? [metadata, chunk('VP8L', pixel)] : [chunk('VP8L', pixel), metadata];
  return webp(extended(METADATA_FLAGS[type]), ...parts);
}

const extended = (flags: number) => chunk('VP8X', Buffer.concat([uint32(flags), Buffer.alloc(6)]));

function webp(...chunks: Buffer[]): Buffer {
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]));
}

function chunk(type: string, content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(type, 'latin1'),
    uint32(content.length),
    content,
    Buffer.alloc(content.length & 1),
  ]);
}
