import type { IncomingMessage, ServerResponse } from 'node:http';
import { S3Error } from '../errors.ts';

const drainBytesMax = 16 * 1024 * 1024;
const drainMsMax = 5_000;

/** The body on the wire. Reading it never destroys the connection, so that a refusal can still be answered. */
export class IncomingBody {
  readonly #incoming: IncomingMessage;
  readonly #response: ServerResponse;
  #clientWaits: boolean;

  constructor(incoming: IncomingMessage, response: ServerResponse, options: { clientWaits: boolean }) {
    this.#incoming = incoming;
    this.#response = response;
    this.#clientWaits = options.clientWaits;
  }

  /** Throws when the client goes away before the body ends. */
  async *chunks(): AsyncGenerator<Buffer> {
    if (this.#clientWaits) this.#response.writeContinue();
    this.#clientWaits = false;
    try {
      yield* this.#incoming.iterator({ destroyOnReturn: false });
    } catch (cause) {
      throw new S3Error('IncompleteBody', { cause });
    }
  }

  /**
   * Reads away what nobody read, for else the rest of a refused upload would be taken for the next request. Answers
   * whether the connection can serve another: not when too much is left, nor when the client still waits for our
   * 100 Continue, because it may then send its body or not.
   */
  async settle(): Promise<'reusable' | 'unusable'> {
    if (this.#incoming.readableEnded) return 'reusable';
    if (this.#clientWaits) return 'unusable';
    const timer = setTimeout(() => this.#incoming.destroy(), drainMsMax);
    try {
      return await this.#drain();
    } catch {
      return 'unusable';
    } finally {
      clearTimeout(timer);
    }
  }

  async #drain(): Promise<'reusable' | 'unusable'> {
    let drained = 0;
    for await (const chunk of this.chunks()) {
      drained += chunk.length;
      if (drained > drainBytesMax) return 'unusable';
    }
    return 'reusable';
  }
}
