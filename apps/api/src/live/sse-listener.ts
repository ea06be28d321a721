import type { EndReason, Listener } from './listener.ts';

/**
 * Bytes buffered for a slow client, besides the sockets' own buffers. A whole stream of the product set has about 8 KB,
 * so a client with this much unread has stalled for long.
 */
const BUFFERED_MAX = 64 * 1024;
const RETRY_MS = 2_000;
/** After a shutdown all clients of a process reconnect: each gets a different delay. */
const RETRY_SPREAD_MS = 4_000;

const BEAT = Buffer.from(':\n\n');

/** A listener by server-sent events, with the stream for the response body. */
export interface SseListener extends Listener {
  readonly body: ReadableStream<Uint8Array>;
}

interface SseListenerOptions {
  /** Whether the client has a follow token, not an API key. */
  readonly byToken: boolean;
  /** Called when the client has closed the connection. */
  readonly onCancel: () => void;
  /** Destroys the connection and its unsent data. */
  readonly cut: () => void;
}

export function createSseListener({ byToken, onCancel, cut }: SseListenerOptions): SseListener {
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
    // The buffered data would never be read. The client reconnects after the `retry` sent at the beginning.
    if (reason === 'slow') cut();
    else controller.close();
  }

  retryIn(RETRY_MS);
  return {
    body,
    get unreadBytes() {
      return isOpen ? BUFFERED_MAX - (controller.desiredSize ?? 0) : 0;
    },
    send: (event) => write(event.sse(byToken)),
    beat: () => write(BEAT),
    end,
  };
}
