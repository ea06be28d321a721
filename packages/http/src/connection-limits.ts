import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { discardRest, holdRest, isChunked } from './discard-rest.ts';
import { dropSmallChunks } from './small-chunks.ts';

export interface ConnectionLimits {
  /** Open connections; further ones are closed at once. */
  readonly connectionsMax: number;
  /** Requests of one connection without a finished response. Clients that pipeline requests are rare, and use few. */
  readonly pipelinedMax: number;
  /** From the end of a response to the time when the client has read it. */
  readonly unreadMs: number;
  /** Bytes of all responses that wait for their readers. */
  readonly unreadBytesMax: number;
  /** From a response to the end of the request's body. */
  readonly restOfBodyMs: number;
  readonly checkIntervalMs: number;
}

export const usualLimits: ConnectionLimits = {
  connectionsMax: 20_000,
  pipelinedMax: 10,
  unreadMs: 30_000,
  unreadBytesMax: 64 * 1024 * 1024,
  restOfBodyMs: 500,
  checkIntervalMs: 1_000,
};

interface Unread {
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** On the process's monotonic clock; undefined while the response is being written. */
  endedAt?: number;
}

/** Closes connections that hold more than their share of a server: clients that do not read, or do not end their bodies. */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const unread = new Set<Unread>();
  const inFlight = new WeakMap<Socket, number>();
  server.maxConnections = limits.connectionsMax;

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (isChunked(request)) {
      dropSmallChunks(request);
      holdRest(request);
    }
    const waiting = (inFlight.get(socket) ?? 0) + 1;
    inFlight.set(socket, waiting);
    if (waiting > limits.pipelinedMax) socket.destroy();
    const entry: Unread = { response, socket };
    unread.add(entry);
    response.once('close', () => {
      unread.delete(entry);
      inFlight.set(socket, (inFlight.get(socket) ?? 1) - 1);
    });
    // Before Node's own listener, which closes the connection.
    response.prependOnceListener('finish', () => {
      if (!request.complete) closeLater(request, response, limits.restOfBodyMs);
    });
  });

  function check(): void {
    const now = performance.now();
    for (const entry of unread) {
      if (entry.response.writableEnded) entry.endedAt ??= now;
      if (entry.endedAt !== undefined && now - entry.endedAt > limits.unreadMs) entry.socket.destroy();
    }
    dropLargest([...unread], limits.unreadBytesMax);
  }
  const checking = setInterval(check, limits.checkIntervalMs).unref();
  server.once('close', () => clearInterval(checking));
}

/**
 * Closes the connection of a request whose body was not read to its end, unless the end arrives in time. Closing it at once
 * would reset it: the client, which is still sending, might never see the response.
 */
function closeLater(request: IncomingMessage, { shouldKeepAlive }: ServerResponse, ms: number): void {
  const { socket } = request;
  setTimeout(() => {
    if (!request.complete) socket.destroy();
  }, ms).unref();
  socket.destroySoon = () => void socket.end();
  if (shouldKeepAlive && !isChunked(request)) return;
  discardRest(request);
  socket.end();
}

/** Destroys the connections with the most unread bytes until the others are within the limit. */
function dropLargest(unread: readonly Unread[], bytesMax: number): void {
  const sizes = unread.map(({ response, socket }) => ({ socket, bytes: response.writableLength }));
  let total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= bytesMax) return;
  for (const { socket, bytes } of sizes.sort((one, other) => other.bytes - one.bytes)) {
    if (total <= bytesMax) return;
    socket.destroy();
    total -= bytes;
  }
}
