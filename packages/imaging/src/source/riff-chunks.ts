/** A chunk of a WebP, with its header of eight bytes; the last one may be truncated. */
export interface RiffChunk {
  readonly type: string;
  readonly at: number;
  /** Bytes of the content as declared, without padding. */
  readonly length: number;
  /** The start of the next chunk. */
  readonly end: number;
}

const FILE_HEADER = 12;
const CHUNK_HEADER = 8;

/** The chunks of a WebP in order. https://developers.google.com/speed/webp/docs/riff_container */
export function* riffChunks(bytes: Buffer): Generator<RiffChunk> {
  for (let at = FILE_HEADER; at + CHUNK_HEADER <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    const end = at + CHUNK_HEADER + length + (length & 1);
    yield { type: bytes.toString('latin1', at, at + 4), at, length, end };
    at = end;
  }
}
