import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { HttpBindings } from '@hono/node-server';
import { discardRest, leaveRest, Problem, tooMany } from '@imagemill/http';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { ApiBindings } from './bindings.ts';
import type { BodyRoom } from './body-room.ts';
import { type BodyFault, readBody } from './read-body.ts';

/** Small bodies may arrive byte by byte; the rest in pieces of at least this size on average. Packets have over 500 bytes. */
const PIECES_ALWAYS = 256;
const PIECE_BYTES_MEAN = 256;

/** The number of pieces in which a body may arrive. */
export const piecesMax = (bytesMax: number): number => PIECES_ALWAYS + Math.ceil(bytesMax / PIECE_BYTES_MEAN);

/**
 * Reads the body of a request, with or without a declared length, within limits of bytes, pieces and memory, and sets
 * `c.var.body`. If several limits match a path, the first one applies.
 */
export function limitBody(bytesMax: number, room: BodyRoom) {
  return createMiddleware<ApiBindings>(async (c, next) => {
    if (c.var.body || c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    if (Number(c.req.header('content-length') ?? 0) > bytesMax) {
      discardBody(c, 'too-large');
      throw bodyProblem('too-large', bytesMax);
    }
    const place = room.enter(c.var.caller.tenant);
    try {
      const body = await readBody(sourceOf(c), {
        bytesMax,
        piecesMax: piecesMax(bytesMax),
        makeRoom: place.grow,
        onExceeded: (fault) => discardBody(c, fault),
      });
      if (typeof body === 'string') throw bodyProblem(body, bytesMax);
      c.set('body', body);
      await next();
    } finally {
      place.leave();
    }
  });
}

/** Undefined if a test calls the app without a server. */
const incomingOf = (c: Context) =>
  (c.env as Partial<HttpBindings> | undefined)?.incoming as IncomingMessage | undefined;

function discardBody(c: Context, fault: BodyFault): void {
  const incoming = incomingOf(c);
  if (!incoming) return;
  if (fault === 'too-fragmented') leaveRest(incoming);
  else discardRest(incoming);
}

function sourceOf(c: Context): Readable {
  const incoming = incomingOf(c);
  if (incoming) return incoming;
  return c.req.raw.body ? Readable.fromWeb(c.req.raw.body as ReadableStream) : Readable.from([]);
}

function bodyProblem(fault: BodyFault, bytesMax: number): Problem {
  // The rest of the body is not read, so nothing else can follow on this connection.
  const headers = { connection: 'close' };
  switch (fault) {
    case 'too-large':
      return new Problem({
        status: 413,
        code: 'body-too-large',
        headers,
        detail: `The request body must not exceed ${bytesMax} bytes.`,
      });
    case 'too-fragmented':
      return new Problem({
        status: 413,
        code: 'body-too-fragmented',
        headers,
        detail: `The request body must not arrive in more than ${piecesMax(bytesMax)} chunks.`,
      });
    case 'no-room':
      return tooMany({
        code: 'too-many-bodies',
        retryAfterSeconds: 1,
        headers,
        detail: 'Too many request bodies are being received. Try again shortly.',
      });
    case 'incomplete':
      // A client error, not ours: the client has disconnected.
      return new Problem({ status: 400, code: 'body-incomplete', detail: 'The request body is incomplete.' });
  }
}
