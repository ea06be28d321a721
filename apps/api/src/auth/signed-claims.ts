import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';

/** The only header that is issued, and accepted: a token cannot name another algorithm, or none. */
const HEADER = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url');
/** No issued token is half as long. */
const LENGTH_MAX = 1_024;

export interface SignedClaims<Claims> {
  sign(claims: Claims): string;
  /** The claims of a token; undefined if it is forged, expired, malformed, or of another kind. */
  verify(token: string): Claims | undefined;
}

/**
 * Tokens of one kind: JWTs with HMAC-SHA-256. They are verified synchronously: WebCrypto, which JWT libraries use, hands each one to another
 * thread, and a refusal costs several times as much.
 *
 * @param secrets the first one signs, all are accepted: to rotate, add the new one in front
 * @param schema of the claims; `exp` is in seconds since 1970
 */
export function createSignedClaims<Claims extends { readonly exp: number }>(
  secrets: readonly [string, ...string[]],
  schema: z.ZodType<Claims>,
): SignedClaims<Claims> {
  const [first, ...others] = secrets;
  const signing = keyOf(first);
  const accepted = [signing, ...others.map(keyOf)];
  return {
    sign(claims) {
      const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
      return `${signed}.${signatureOf(signed, signing)}`;
    },

    verify(token) {
      if (token.length > LENGTH_MAX || !token.startsWith(`${HEADER}.`)) return undefined;
      const end = token.lastIndexOf('.');
      const [signed, signature] = [token.slice(0, end), Buffer.from(token.slice(end + 1))];
      if (!accepted.some((key) => isEqual(signature, Buffer.from(signatureOf(signed, key))))) return undefined;
      const claims = schema.safeParse(parsed(signed.slice(HEADER.length + 1))).data;
      return claims && Date.now() < claims.exp * 1_000 ? claims : undefined;
    },
  };
}

const keyOf = (secret: string): KeyObject => createSecretKey(secret, 'utf8');

const signatureOf = (signed: string, key: KeyObject): string =>
  createHmac('sha256', key).update(signed).digest('base64url');

const isEqual = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/** Another program may have signed it with the same secret. */
function parsed(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined;
  }
}
