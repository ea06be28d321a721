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
  if (!/^(?:identity)?$/i.test(c.req.header('content-encoding') ?? '')) {
    const detail = 'Send the body without a Content-Encoding: the API does not decompress bodies.';
    throw new Problem({ status: 415, code: 'unsupported-media-type', detail });
  }
  return validated(schema, parseJson(c.var.body));
}

function parseJson(body: Buffer): unknown {
  if (isTooComplex(body)) {
    const detail = 'The body has too many values, or they are nested too deeply.';
    throw new Problem({ status: 413, code: 'body-too-complex', detail });
  }
  try {
    const text = new TextDecoder().decode(body);
    const value: unknown = JSON.parse(text);
    // A reviver would cost ten times as much as the parser.
    if (/__proto__|\\u/.test(text) && hasPrototype(value)) throw new SyntaxError('__proto__ is not allowed');
    return value;
  } catch {
    throw new Problem({ status: 400, code: 'invalid-json', detail: 'The body is not valid JSON.' });
  }
}

/** Whether an object in it has the key `__proto__`. No valid body does, and later steps would drop it silently. */
function hasPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototype);
}
