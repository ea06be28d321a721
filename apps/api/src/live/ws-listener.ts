import type { WebSocket } from 'ws';
import type { EndReason, Listener } from './listener.ts';

/** Bytes buffered for a slow client, as for server-sent events. */
const BUFFERED_MAX = 64 * 1024;
/** Limit for messages from clients, which are ignored. */
export const MESSAGE_BYTES_MAX = 1024;
/** Frames from a client between two pings. Clients send none but pongs; a ping makes the server answer. */
const FRAMES_MAX = 100;
/** How long a client may take for the closing handshake. */
const CLOSE_TIMEOUT_MS = 2_000;

/** https://www.iana.org/assignments/websocket/websocket.xhtml; after all but the first, clients reconnect. */
const closeCodes: Record<EndReason, number> = { ended: 1000, gone: 1001, renew: 1012, closing: 1012, slow: 1013 };

/**
 * A listener by WebSocket. It is dropped if a ping has no pong before the next ping.
 *
 * @param options.byToken whether the client has a follow token, not an API key
 */
export function createWsListener(socket: WebSocket, { byToken }: { readonly byToken: boolean }): Listener {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  let frames = 0;
  const count = () => {
    frames += 1;
    if (frames > FRAMES_MAX) socket.terminate();
  };
  for (const frame of ['message', 'ping', 'pong']) socket.on(frame, count);
  const hasRoom = () => socket.bufferedAmount < BUFFERED_MAX;

  return {
    get unreadBytes() {
      return socket.bufferedAmount;
    },
    send(event) {
      if (!hasRoom()) return false;
      // No effect on a closing socket; errors are emitted by the socket itself.
      socket.send(event.json(byToken), () => {});
      return true;
    },
    beat() {
      const answered = isAlive;
      isAlive = false;
      frames = 0;
      if (answered) socket.ping(() => {});
      return answered && hasRoom();
    },
    end(reason) {
      socket.close(closeCodes[reason], reason);
      setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
    },
  };
}
