import type { HttpBindings as NodeBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** Aborted when the client disconnects before its response ends. */
export function clientGone(c: Context, reason: () => Error): AbortSignal {
  const { outgoing } = (c.env ?? {}) as Partial<NodeBindings>;
  // A test calls the app without a server.
  if (!outgoing) return c.req.raw.signal;
  const gone = new AbortController();
  outgoing.once('close', () => {
    // It also closes after each complete response.
    if (!outgoing.writableFinished) gone.abort(reason());
  });
  return gone.signal;
}
