import { S3Error } from '../errors.ts';

/** Reads lines and counted bytes by turns from a stream of chunks. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #pending: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** A line without its CRLF, or undefined at the end of the stream. */
  async readLine(bytesMax: number): Promise<string | undefined> {
    for (;;) {
      const end = this.#pending.indexOf('\r\n');
      if (end >= 0) return this.#consume(end, 2).toString('latin1');
      if (this.#pending.length > bytesMax)
        throw new S3Error('InvalidRequest', { message: 'A chunk header is too long.' });
      if (!(await this.#refill())) return undefined;
    }
  }

  async *take(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (this.#pending.length === 0 && !(await this.#refill())) throw new S3Error('IncompleteBody');
      const bytes = this.#consume(Math.min(left, this.#pending.length), 0);
      left -= bytes.length;
      yield bytes;
    }
  }

  async isAtEnd(): Promise<boolean> {
    return this.#pending.length === 0 && !(await this.#refill());
  }

  #consume(count: number, skip: number): Buffer {
    const bytes = this.#pending.subarray(0, count);
    this.#pending = this.#pending.subarray(count + skip);
    return bytes;
  }

  async #refill(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done) return false;
    this.#pending = this.#pending.length === 0 ? next.value : Buffer.concat([this.#pending, next.value]);
    return true;
  }
}
