import type { IncomingMessage } from 'node:http';
import { skipRead } from './small-chunks.ts';

const unread = new WeakSet<IncomingMessage>();

/**
 * Drops the rest of a request's body without parsing it: Node's parser makes a buffer and several calls for each chunk, whatever
 * its size. No other request can follow on this connection.
 */
export function discardRest(request: IncomingMessage): void {
  if (unread.has(request)) return;
  const { socket } = request;
  // The parser has up to 64 KiB in hand, and delivers every chunk in them.
  request.push = () => true;
  // It is fed by a listener of Node's; see "socketOnData" in https://github.com/nodejs/node/blob/main/lib/_http_server.js.
  socket.removeAllListeners('data').on('data', () => {});
  socket.resume();
}

/**
 * Does not even read the rest of a body, nor parse what has been read: for bodies that only attackers send, because six megabytes take 25 ms of CPU.
 * The client gets its response if it reads while it sends.
 */
export function leaveRest(request: IncomingMessage): void {
  const { socket } = request;
  unread.add(request);
  request.push = () => true;
  // It would resume the socket.
  request._read = () => {};
  skipRead(socket);
  socket.pause();
}

/** Reads no more of a body than has arrived with its headers, until a route asks for it. */
export const holdRest = ({ socket }: Pick<IncomingMessage, 'socket'>): void => void socket.pause();

export const isChunked = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers['transfer-encoding'] !== undefined;
