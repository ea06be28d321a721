import { createHash } from 'node:crypto';
import { Problem } from '@imagemill/http';
import type { Context } from 'hono';

/** Usually a UUID, with or without quotes. */
const form = /^[\x21-\x7e]{1,255}$/;

/**
 * The hash of the request's `Idempotency-Key`, for storage: of fixed length, and useless to a reader of Redis.
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

/** Equal for equal requests, regardless of the order of their fields. */
export const fingerprint = (request: object): string => sha256(JSON.stringify(request, withSortedKeys));

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');
