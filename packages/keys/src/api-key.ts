import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const ID_CHARACTERS = 16;
const form = /^im_live_[\w-]{43}$/;

/** A new API key: 256 random bits behind a prefix that secret scanners can look for. */
export function newApiKey(): string {
  return `im_live_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** Whether a text may be a key that `newApiKey` made. */
export const looksLikeApiKey = (text: string) => form.test(text);

/** All that is kept of a key. SHA-256 alone is enough for 256 random bits: there is nothing to guess, so nothing to slow down. */
export const hashApiKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** What a key is called where it must not be shown: the first 64 bits of its hash, in hex. */
export const apiKeyId = (hash: Buffer): string => hash.toString('hex').slice(0, ID_CHARACTERS);
