import type { HttpBindings as NodeBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { clientDisconnected } from './picture-problems.ts';

/** Aborted when the client disconnects before its response ends. */
export function clientGone(c: Context): AbortSignal {
  const { outgoing } = (c.env ?? {}) as Partial<NodeBindings>;
  if (!outgoing) return c.req.raw.signal;
  const gone = new AbortController();
  outgoing.once('close', () => {
    // It also closes after each complete response.
    if (!outgoing.writableFinished) gone.abort(clientDisconnected());
  });
  return gone.signal;
}
