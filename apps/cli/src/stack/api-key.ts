import { createHash, randomBytes } from 'node:crypto';

/** A new API key: 256 random bits behind a prefix that secret scanners can look for. */
export function newApiKey(): string {
  return `im_live_${randomBytes(32).toString('base64url')}`;
}

/** The entry of `API_KEYS` that lets a key in. Only the key's SHA-256 is kept. */
export function apiKeyEntry(key: string, tenant: string, scopes: readonly string[]): string {
  return `${tenant}:${scopes.join('+')}:${createHash('sha256').update(key).digest('hex')}`;
}
