import type { EndReason, Listener } from './listener.ts';

/**
 * What may wait for a slow reader, in bytes; the sockets' own buffers come on top. A whole stream of the product set is
 * some 8 KB, so whoever has this much before them has not read for long.
 */
const BUFFERED_MAX = 64 * 1024;
const RETRY_MS = 2_000;
/** After a shutdown all listeners of a process come back, so each is told another time. */
const RETRY_SPREAD_MS = 4_000;

const BEAT = Buffer.from(':\n\n');

/** A listener by server-sent events, and the stream that is its answer's body. */
export interface SseListener extends Listener {
  readonly body: ReadableStream<Uint8Array>;
}

interface SseListenerOptions {
  /** The other side has closed the connection. */
  readonly onCancel: () => void;
  /** Cuts the connection, with what waits on it. */
  readonly cut: () => void;
}

export function createSseListener({ onCancel, cut }: SseListenerOptions): SseListener {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let isOpen = true;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (c) => {
        controller = c;
      },
      cancel: () => {
        isOpen = false;
        onCancel();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED_MAX }),
  );

  function write(chunk: Uint8Array): boolean {
    if (!isOpen) return true;
    if ((controller.desiredSize ?? 0) < chunk.byteLength) return false;
    controller.enqueue(chunk);
    return true;
  }
  const retryIn = (ms: number) => write(Buffer.from(`retry: ${Math.round(ms)}\n\n`));

  function end(reason: EndReason): void {
    if (!isOpen) return;
    if (reason === 'closing') retryIn(RETRY_MS + Math.random() * RETRY_SPREAD_MS);
    isOpen = false;
    // What waits for a slow reader would never be read; it comes back, as it was told at the beginning.
    if (reason === 'slow') cut();
    else controller.close();
  }

  retryIn(RETRY_MS);
  return { body, send: (event) => write(event.sse()), beat: () => write(BEAT), end };
}
