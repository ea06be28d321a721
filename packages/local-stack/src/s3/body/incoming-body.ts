import type { IncomingMessage, ServerResponse } from 'node:http';
import { S3Error } from '../errors.ts';

const DRAIN_BYTES_MAX = 16 * 1024 * 1024;
const DRAIN_MS_MAX = 5_000;

/** The body on the wire. Reading it never destroys the connection: a rejected upload still gets its response. */
export interface IncomingBody {
  /** @throws S3Error `IncompleteBody` if the client disconnects before the body ends */
  chunks(): AsyncGenerator<Buffer>;
  /**
   * Discards the unread bytes: the rest of a rejected upload would be parsed as the next request. The connection is unusable if too
   * much is left, or if the client is still waiting for 100 Continue: it may or may not send its body.
   */
  settle(): Promise<'reusable' | 'unusable'>;
}

export function createIncomingBody(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: { clientWaits: boolean },
): IncomingBody {
  let { clientWaits } = options;

  async function* chunks(): AsyncGenerator<Buffer> {
    if (clientWaits) response.writeContinue();
    clientWaits = false;
    try {
      yield* incoming.iterator({ destroyOnReturn: false });
    } catch (cause) {
      throw new S3Error('IncompleteBody', { cause });
    }
  }

  async function drain(): Promise<'reusable' | 'unusable'> {
    let drainedBytes = 0;
    for await (const chunk of chunks()) {
      drainedBytes += chunk.length;
      if (drainedBytes > DRAIN_BYTES_MAX) return 'unusable';
    }
    return 'reusable';
  }

  async function settle(): Promise<'reusable' | 'unusable'> {
    if (incoming.readableEnded) return 'reusable';
    if (clientWaits) return 'unusable';
    const timer = setTimeout(() => incoming.destroy(), DRAIN_MS_MAX);
    try {
      return await drain();
    } catch {
      return 'unusable';
    } finally {
      clearTimeout(timer);
    }
  }

  return { chunks, settle };
}
