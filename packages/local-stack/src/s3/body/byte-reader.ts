import { S3Error } from '../errors.ts';

/** Reads lines and counted bytes from a stream of chunks. */
export interface ByteReader {
  /** A line without its CRLF, or undefined at the end of the stream. */
  readLine(bytesMax: number): Promise<string | undefined>;
  take(count: number): AsyncGenerator<Buffer>;
  isAtEnd(): Promise<boolean>;
}

export function createByteReader(stream: AsyncIterable<Buffer>): ByteReader {
  const source = stream[Symbol.asyncIterator]();
  let pending: Buffer = Buffer.alloc(0);

  function consume(count: number, skip = 0): Buffer {
    const bytes = pending.subarray(0, count);
    pending = pending.subarray(count + skip);
    return bytes;
  }

  async function refill(): Promise<boolean> {
    const next = await source.next();
    if (next.done) return false;
    pending = pending.length === 0 ? next.value : Buffer.concat([pending, next.value]);
    return true;
  }

  return {
    async readLine(bytesMax) {
      for (;;) {
        const end = pending.indexOf('\r\n');
        if (end >= 0) return consume(end, 2).toString('latin1');
        if (pending.length > bytesMax) throw new S3Error('InvalidRequest', { message: 'A chunk header is too long.' });
        if (!(await refill())) return undefined;
      }
    },
    async *take(count) {
      let left = count;
      while (left > 0) {
        if (pending.length === 0 && !(await refill())) throw new S3Error('IncompleteBody');
        const bytes = consume(Math.min(left, pending.length));
        left -= bytes.length;
        yield bytes;
      }
    },
    isAtEnd: async () => pending.length === 0 && !(await refill()),
  };
}
