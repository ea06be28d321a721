import type { WebSocket } from 'ws';
import type { EndReason, Listener } from './listener.ts';

/** As for server-sent events: what may wait for a slow reader, in bytes. */
const BUFFERED_MAX = 64 * 1024;
/** What a client may say; nothing of it is read. */
export const MESSAGE_BYTES_MAX = 1024;
/** How long the other side may take to say goodbye. */
const GOODBYE_MS = 2_000;

/** https://www.iana.org/assignments/websocket/websocket.xhtml; all but the first mean: connect again. */
const closeCodes: Record<EndReason, number> = { ended: 1000, gone: 1001, renew: 1012, closing: 1012, slow: 1013 };

/** A listener by WebSocket. One that leaves a ping without its pong until the next is gone. */
export function createWsListener(socket: WebSocket): Listener {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const hasRoom = () => socket.bufferedAmount < BUFFERED_MAX;

  return {
    send(event) {
      if (!hasRoom()) return false;
      // It has no effect on a socket that is closing, and its error comes as the socket's own.
      socket.send(event.json(), () => {});
      return true;
    },
    beat() {
      const answered = isAlive;
      isAlive = false;
      if (answered) socket.ping(() => {});
      return answered && hasRoom();
    },
    end(reason) {
      socket.close(closeCodes[reason], reason);
      setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
    },
  };
}
