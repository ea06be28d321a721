import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const ID_CHARACTERS = 16;
const form = /^im_live_[\w-]{43}$/;

/** A new API key: 256 random bits behind a prefix that secret scanners can look for. */
export function newApiKey(): string {
  return `im_live_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** Whether a text has the format of a key from `newApiKey`. */
export const looksLikeApiKey = (text: string) => form.test(text);

/** The stored form of a key. Plain SHA-256 is enough for 256 random bits: they cannot be guessed, so a slow hash adds nothing. */
export const hashApiKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Identifies a key without revealing it: the first 64 bits of its hash, in hex. */
export const apiKeyId = (hash: Buffer): string => hash.toString('hex').slice(0, ID_CHARACTERS);
