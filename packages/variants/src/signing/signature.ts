import type { SignatureProblem } from './signature-fields.ts';
import type { SigningKey } from './signing-keys.ts';

const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const importKey = (secret: Uint8Array<ArrayBuffer>) =>
  crypto.subtle.importKey('raw', secret, HMAC, false, ['sign', 'verify']);

/** What is signed. The path starts with a slash and has no prefix of a CDN. */
export const signedText = (path: string, canonicalQuery: string) => `${path}?${canonicalQuery}`;

/** HMAC-SHA-256 in base64url, without padding. */
export async function signatureOf(secret: Uint8Array<ArrayBuffer>, text: string): Promise<string> {
  const signature = await crypto.subtle.sign(HMAC.name, await importKey(secret), bytesOf(text));
  const characters = String.fromCharCode(...new Uint8Array(signature));
  return btoa(characters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export interface Signed {
  readonly kid: string;
  readonly s: string;
  /** Unix time in seconds. */
  readonly exp?: number | undefined;
}

export type SignatureCheck = (
  text: string,
  signed: Signed,
  nowMs?: number,
) => Promise<{ readonly ok: true; readonly tenant: SigningKey['tenant'] } | SignatureProblem>;

/**
 * Verifies signatures with any of the keys, in constant time. The caller must still compare the key's tenant to the image's.
 * An expiry is believed only if the signature is valid: `text` must contain it.
 */
export function createSignatureCheck(keys: readonly SigningKey[]): SignatureCheck {
  const byId = new Map(keys.map((key) => [key.kid, { ...key, imported: importKey(key.secret) }]));
  return async (text, { kid, s, exp }, nowMs = Date.now()) => {
    const key = byId.get(kid);
    if (!key) return problem('unknown-signing-key', 'There is no signing key with this kid.');
    const signature = Uint8Array.from(atob(s.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    // WebCrypto compares in constant time.
    const isValid = await crypto.subtle.verify(HMAC.name, await key.imported, signature, bytesOf(text));
    if (!isValid) return problem('invalid-signature', 'The signature does not belong to this URL.');
    if (exp !== undefined && exp * 1000 <= nowMs) return problem('signature-expired', 'This URL has expired.');
    return { ok: true, tenant: key.tenant };
  };
}

const problem = (code: SignatureProblem['code'], message: string): SignatureProblem => ({ ok: false, code, message });
