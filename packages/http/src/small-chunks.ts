import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A body may have this many chunks of any size, and then one for each `CHUNK_BYTES_MEAN`. Packets have over 500 bytes. */
const CHUNKS_ALWAYS = 1_024;
const CHUNK_BYTES_MEAN = 128;

const TOO_SMALL = Symbol('chunks too small');
const refused = new WeakSet<object>();

/**
 * Drops a chunked body as soon as its chunks are too small on average. Each one costs a copy and several calls, and a read of the socket has up
 * to 11,000, all of which would be delivered before any other request is served.
 */
export function dropSmallChunks(request: IncomingMessage): void {
  let chunks = 0;
  let bytes = 0;
  request.push = (chunk: Uint8Array | null, encoding) => {
    chunks += 1;
    bytes += chunk?.length ?? 0;
    const isWithin = chunk === null || chunks <= CHUNKS_ALWAYS + bytes / CHUNK_BYTES_MEAN;
    if (isWithin) return IncomingMessage.prototype.push.call(request, chunk, encoding);
    request.push = () => true;
    skipRead(request.socket);
    refused.add(request);
    request.emit(TOO_SMALL);
    return true;
  };
}

/** Calls the listener when a body is dropped because of its small chunks: at once if that has happened. @returns a function that ends it */
export function onSmallChunks(request: NodeJS.EventEmitter, listener: () => void): () => void {
  if (refused.has(request)) listener();
  request.once(TOO_SMALL, listener);
  return () => void request.off(TOO_SMALL, listener);
}

/** `HTTPParser.kOnBody` in https://github.com/nodejs/node/blob/main/src/node_http_parser.cc. */
const ON_BODY = 3;

/**
 * The parser calls this function for each chunk, and without it only counts the bytes. Node reuses parsers for other connections: it is put back
 * before that, and before the next read.
 */
export function skipRead(socket: Socket): void {
  const { parser } = socket as Socket & { readonly parser?: Record<number, unknown> | null };
  const onBody = parser?.[ON_BODY];
  if (!parser || typeof onBody !== 'function') return;
  parser[ON_BODY] = undefined;
  function putBack(): void {
    if (parser) parser[ON_BODY] ??= onBody;
  }
  setImmediate(putBack);
  socket.prependOnceListener('close', putBack);
}
