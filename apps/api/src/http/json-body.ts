import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import type { z } from 'zod';
import type { ApiBindings } from './bindings.ts';
import { Problem } from './problem.ts';
import { validated } from './validated.ts';

/** Refuses bodies over a size, also when they come without a length. Of several such limits the first one counts. */
export function limitBody(bytesMax: number) {
  const tooLarge = () => {
    throw new Problem({
      status: 413,
      code: 'body-too-large',
      detail: `A request body can have ${bytesMax} bytes at most.`,
      // The rest of the body is not read, so nothing else can follow on this connection.
      headers: { connection: 'close' },
    });
  };
  const countBody = bodyLimit({ maxSize: bytesMax, onError: tooLarge });
  return createMiddleware<ApiBindings>(async (c, next) => {
    if (c.var.bodyIsLimited) return next();
    c.set('bodyIsLimited', true);
    // It reads the body itself; what a handler throws does not come this way.
    if (c.req.header('transfer-encoding') !== undefined) return countBody(c, next).catch(bodyTrouble);
    // The server reads no more than this. To look at the body as well would make a stream of it, for every request.
    if (Number(c.req.header('content-length') ?? 0) > bytesMax) tooLarge();
    return next();
  });
}

/** A body that can't be read is a sender that went away: no failure of ours. */
function bodyTrouble(error: unknown): never {
  if (error instanceof Problem) throw error;
  throw new Problem({ status: 400, code: 'body-incomplete', detail: 'The body ended before its length.' });
}

/**
 * The request's JSON body, parsed by a schema.
 *
 * @throws Problem 415 `unsupported-media-type`, 400 `invalid-json`, 422 with the first field's code and every field named
 */
export async function jsonBody<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw new Problem({ status: 415, code: 'unsupported-media-type', detail: 'Send the body as application/json.' });
  }
  return validated(schema, await parseJson(c));
}

async function parseJson(c: Context): Promise<unknown> {
  const text = await c.req.text().catch(bodyTrouble);
  try {
    return JSON.parse(text, refusePrototype) as unknown;
  } catch {
    throw new Problem({ status: 400, code: 'invalid-json', detail: 'The body is not valid JSON.' });
  }
}

/** No honest body has this key, and it is dropped without a word further on. */
function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('__proto__ is not taken');
  return value;
}
