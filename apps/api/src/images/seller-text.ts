import { z } from 'zod';

/** Control, direction and other invisible characters; not the two joiners, which scripts and emoji need. */
const invisible = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const isPlainName = (name: string) =>
  name !== '.' &&
  name !== '..' &&
  name.trim() !== '' &&
  !/[/\\]/.test(name) &&
  !invisible.test(name) &&
  name.isWellFormed();

const utf8Bytes = (text: string) => new TextEncoder().encode(text).byteLength;

/** The seller's own name of a file: shown to people, never part of a key. 255 bytes is what file systems allow. */
export const Filename = z
  .string()
  .refine((name) => isPlainName(name), {
    params: { code: 'invalid-filename' },
    error: 'must be a plain file name, without path parts or control characters',
  })
  .refine((name) => utf8Bytes(name) <= 255, {
    params: { code: 'invalid-filename' },
    error: 'can be 255 bytes of UTF-8 at most',
  })
  .meta({
    description: "the seller's own name of the file: a plain one, of 255 bytes at most",
    minLength: 1,
    maxLength: 255,
  });

/** What a seller app wants to find again with the image: a few short strings. */
export const Metadata = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'must be 1 to 40 letters, digits, _ or -, beginning with a letter'),
    z
      .string()
      .max(256)
      .refine((text) => text.isWellFormed() && !invisible.test(text), 'must not hold control characters'),
  )
  .refine((metadata) => Object.keys(metadata).length <= 16, 'can have 16 entries at most')
  .meta({ description: 'a few short strings to find again with the image', maxProperties: 16 });
