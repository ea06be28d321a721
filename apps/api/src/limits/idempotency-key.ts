import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { Problem } from '../http/problem.ts';

/** What a client takes for it: a UUID, as a rule, in quotes or without. */
const form = /^[\x21-\x7e]{1,255}$/;

/**
 * The request's `Idempotency-Key`, as the hash that it is remembered by: of one length, and no use to who reads Redis.
 *
 * @throws Problem 422 `invalid-idempotency-key`
 */
export function idempotencyKey(c: Context): string | undefined {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return undefined;
  if (!form.test(key)) {
    throw new Problem({
      status: 422,
      code: 'invalid-idempotency-key',
      detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID.',
    });
  }
  return sha256(key);
}

/** The same for the same request, in whatever order its fields came. */
export const fingerprint = (request: object): string => sha256(JSON.stringify(request, withSortedKeys));

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');
