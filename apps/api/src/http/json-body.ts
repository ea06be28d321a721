import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import type { z } from 'zod';
import type { ApiBindings } from './bindings.ts';
import { Problem } from './problem.ts';
import { validated } from './validated.ts';

/** Rejects bodies over a size, with or without a declared length. If several limits match, the first one applies. */
export function limitBody(bytesMax: number) {
  const tooLarge = () => {
    throw new Problem({
      status: 413,
      code: 'body-too-large',
      detail: `The request body must not exceed ${bytesMax} bytes.`,
      // The rest of the body is not read, so nothing else can follow on this connection.
      headers: { connection: 'close' },
    });
  };
  const countBody = bodyLimit({ maxSize: bytesMax, onError: tooLarge });
  return createMiddleware<ApiBindings>(async (c, next) => {
    if (c.var.bodyIsLimited) return next();
    c.set('bodyIsLimited', true);
    // `bodyLimit` reads the body itself. Errors of handlers do not reach this catch.
    if (c.req.header('transfer-encoding') !== undefined) return countBody(c, next).catch(incompleteBody);
    // The server reads no more than the declared length. Reading the body here would create a stream for every request.
    if (Number(c.req.header('content-length') ?? 0) > bytesMax) tooLarge();
    return next();
  });
}

/** A body that can't be read means that the client disconnected: a client error, not ours. */
function incompleteBody(error: unknown): never {
  if (error instanceof Problem) throw error;
  throw new Problem({ status: 400, code: 'body-incomplete', detail: 'The request body is incomplete.' });
}

/**
 * The request's JSON body, parsed by a schema.
 *
 * @throws Problem 415 `unsupported-media-type`, 400 `invalid-json`, 422 with the code of the first invalid field, and
 * all invalid fields
 */
export async function jsonBody<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw new Problem({ status: 415, code: 'unsupported-media-type', detail: 'Send the body as application/json.' });
  }
  return validated(schema, await parseJson(c));
}

async function parseJson(c: Context): Promise<unknown> {
  const text = await c.req.text().catch(incompleteBody);
  try {
    return JSON.parse(text, rejectPrototype) as unknown;
  } catch {
    throw new Problem({ status: 400, code: 'invalid-json', detail: 'The body is not valid JSON.' });
  }
}

/** No valid body has this key, and later steps would drop it silently. */
function rejectPrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('__proto__ is not allowed');
  return value;
}
