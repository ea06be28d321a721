/** A chunk of a WebP, with its header of eight bytes; the last one may be truncated. */
export interface RiffChunk {
  readonly type: string;
  readonly at: number;
  /** Bytes of the content as declared, without padding. */
  readonly length: number;
  /** The start of the next chunk. */
  readonly end: number;
}

const FRAME = 'ANMF';
/** What a frame has before its chunks. */
const FRAME_FIELDS = 16;

const FILE_HEADER = 12;
const CHUNK_HEADER = 8;

/**
 * The chunks of a WebP in order; those of a frame follow it. libwebp ends a frame after its picture, whatever length it declares: a frame
 * that declares the rest of the file hides no others. https://developers.google.com/speed/webp/docs/riff_container
 */
export function* riffChunks(bytes: Buffer): Generator<RiffChunk> {
  for (let at = FILE_HEADER; at + CHUNK_HEADER <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    const type = bytes.toString('latin1', at, at + 4);
    const end = at + CHUNK_HEADER + (type === FRAME ? FRAME_FIELDS : length + (length & 1));
    yield { type, at, length, end };
    at = end;
  }
}
