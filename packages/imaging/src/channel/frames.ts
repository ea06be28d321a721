import type { Writable } from 'node:stream';

/**
 * A message between a worker and an engine process: a JSON header and a body of bytes.
 *
 *     uint32 length of the header │ uint32 length of the body │ header │ body        (little endian)
 *
 * Node's own channel (`fork`) is not used: it buffers messages of any length, deserializes structures that the sender chooses,
 * and passes file descriptors. The sender may be a process that a hostile file has taken over.
 */
const PREFIX_BYTES = 8;

export interface FrameLimits {
  readonly headerBytesMax: number;
  readonly bodyBytesMax: number;
}

/** The other side sent bytes that are not a frame, or a frame over the limits. */
class FrameError extends Error {}

/**
 * Frames of one turn of the event loop are sent together: in one system call, for which the other side wakes once.
 *
 * @param onSent called when the body was sent, or never will be: until then, the system reads its memory
 */
export function writeFrame(stream: Writable, header: object, body?: Uint8Array, onSent?: () => void): void {
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  prefix.writeUInt32LE(text.byteLength, 0);
  prefix.writeUInt32LE(body?.byteLength ?? 0, 4);
  if (stream.writableCorked === 0) {
    // Corked, the body is not copied.
    stream.cork();
    process.nextTick(() => stream.uncork());
  }
  stream.write(Buffer.concat([prefix, text]));
  if (body?.byteLength) stream.write(body, onSent);
  else onSent?.();
}

/**
 * Reassembles frames from the chunks of a stream. Every frame has a body of its own, whose memory is not reused.
 *
 * @returns a function that takes the next chunk; throws FrameError
 */
export function createFrameReader(
  { headerBytesMax, bodyBytesMax }: FrameLimits,
  onFrame: (header: unknown, body: Buffer) => void,
): (chunk: Uint8Array) => void {
  let header: unknown;
  let part: Buffer = Buffer.allocUnsafe(PREFIX_BYTES);
  let filled = 0;
  let next: (complete: Buffer) => void = readPrefix;
  let bodyBytes = 0;

  function expect(length: number, then: (complete: Buffer) => void): void {
    part = Buffer.allocUnsafe(length);
    filled = 0;
    next = then;
    if (length === 0) next(part);
  }

  function readPrefix(prefix: Buffer): void {
    const headerBytes = prefix.readUInt32LE(0);
    bodyBytes = prefix.readUInt32LE(4);
    if (headerBytes === 0 || headerBytes > headerBytesMax || bodyBytes > bodyBytesMax) {
      throw new FrameError(`A frame of ${headerBytes} + ${bodyBytes} bytes is over the limit.`);
    }
    expect(headerBytes, readHeader);
  }

  function readHeader(text: Buffer): void {
    try {
      header = JSON.parse(text.toString('utf8'));
    } catch (cause) {
      throw new FrameError('The header of a frame is not JSON.', { cause });
    }
    expect(bodyBytes, readBody);
  }

  function readBody(body: Buffer): void {
    // First, because the handler may throw.
    expect(PREFIX_BYTES, readPrefix);
    onFrame(header, body);
  }

  return (chunk) => {
    for (let at = 0; at < chunk.byteLength; ) {
      const end = Math.min(chunk.byteLength, at + part.byteLength - filled);
      part.set(chunk.subarray(at, end), filled);
      filled += end - at;
      at = end;
      if (filled === part.byteLength) next(part);
    }
  };
}
