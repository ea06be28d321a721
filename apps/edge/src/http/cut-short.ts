import type { HttpBindings as NodeBindings } from '@hono/node-server';
import type { HttpBindings } from '@imagemill/http';
import type { Context } from 'hono';

/**
 * Ends a response whose body cannot be read to its end; the client sees that it is incomplete. The adapter would write the
 * stack of each such error to standard error, on many lines.
 */
export function cutShort(c: Context<HttpBindings>, error: unknown): void {
  const { outgoing } = (c.env ?? {}) as Partial<NodeBindings>;
  if (!outgoing) throw error;
  c.var.logger.error({ err: error }, 'response cut short');
  outgoing.destroy();
}
