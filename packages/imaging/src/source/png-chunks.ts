const SIGNATURE = '\x89PNG';
const SIGNATURE_BYTES = 8;
const HEAD = 8;
const CHECKSUM = 4;

export interface PngChunk {
  readonly type: string;
  /** A view, shorter than declared in a truncated file. */
  readonly content: Buffer;
  readonly at: number;
  /** After its checksum, beyond the end of a truncated file. */
  readonly end: number;
}

export const isPng = (bytes: Buffer) => bytes.toString('latin1', 0, 4) === SIGNATURE;

/** The chunks of a PNG in order. https://www.w3.org/TR/png-3/#5DataRep */
export function* pngChunks(bytes: Buffer): Generator<PngChunk> {
  for (let at = SIGNATURE_BYTES; at + HEAD <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const end = at + HEAD + length + CHECKSUM;
    yield {
      type: bytes.toString('latin1', at + 4, at + HEAD),
      content: bytes.subarray(at + HEAD, at + HEAD + length),
      at,
      end,
    };
    at = end;
  }
}
