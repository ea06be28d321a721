import { Problem } from '@imagemill/http';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { ApiBindings } from './bindings.ts';
import { isTooComplex } from './json-complexity.ts';
import { validated } from './validated.ts';

/**
 * The request's JSON body, parsed by a schema.
 *
 * @throws Problem 415 `unsupported-media-type`, 400 `invalid-json`, 413 `body-too-complex`, 422 with the code of the first
 * invalid field, and the first invalid fields
 */
export async function jsonBody<Schema extends z.ZodType>(
  c: Context<ApiBindings>,
  schema: Schema,
): Promise<z.output<Schema>> {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw new Problem({ status: 415, code: 'unsupported-media-type', detail: 'Send the body as application/json.' });
  }
  return validated(schema, parseJson(c.var.body));
}

function parseJson(body: Buffer): unknown {
  if (isTooComplex(body)) {
    const detail = 'The body has too many values, or they are nested too deeply.';
    throw new Problem({ status: 413, code: 'body-too-complex', detail });
  }
  try {
    return JSON.parse(new TextDecoder().decode(body), rejectPrototype) as unknown;
  } catch {
    throw new Problem({ status: 400, code: 'invalid-json', detail: 'The body is not valid JSON.' });
  }
}

/** No valid body has this key, and later steps would drop it silently. */
function rejectPrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('__proto__ is not allowed');
  return value;
}
