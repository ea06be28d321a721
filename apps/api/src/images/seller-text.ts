import { z } from 'zod';
import { forbiddenCharacter, isVisible, withoutInvisible } from './invisible-characters.ts';

const FILENAME_BYTES_MAX = 255;

const utf8Bytes = (text: string) => new TextEncoder().encode(text).byteLength;

/** Why a name is not the plain name of a file. Positions are those in the name as it was sent. */
function filenameProblem(sent: string, name: string): string | undefined {
  const forbidden = forbiddenCharacter(sent);
  if (forbidden) return `contains ${forbidden}`;
  if (/[/\\]/.test(name)) return 'must be a plain file name, without a path';
  if (name === '.' || name === '..' || !isVisible(name)) return 'must be a plain file name that can be seen';
  return utf8Bytes(name) > FILENAME_BYTES_MAX ? `can be ${FILENAME_BYTES_MAX} bytes of UTF-8 at most` : undefined;
}

/**
 * The seller's own name of a file: shown to people, never part of a key. 255 bytes is what file systems allow. Invisible
 * format characters, which editors and phones leave in names, are removed.
 */
export const Filename = z
  .string()
  .meta({
    description:
      "the seller's own name of the file: a plain one, of 255 bytes at most; invisible format characters are removed",
    minLength: 1,
  })
  .transform((sent, context) => {
    const name = withoutInvisible(sent);
    const problem = filenameProblem(sent, name);
    if (problem === undefined) return name;
    context.addIssue({ code: 'custom', params: { code: 'invalid-filename' }, message: problem });
    return z.NEVER;
  });

/** Nothing is removed from it, so that a seller app finds again what it gave. */
const MetadataText = z
  .string()
  .max(256)
  .refine((text) => forbiddenCharacter(text) === undefined, {
    error: ({ input }) => `contains ${forbiddenCharacter(String(input))}`,
  });

/** What a seller app wants to find again with the image: a few short strings. */
export const Metadata = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'must be 1 to 40 letters, digits, _ or -, beginning with a letter'),
    MetadataText,
  )
  .refine((metadata) => Object.keys(metadata).length <= 16, 'can have 16 entries at most')
  .meta({ description: 'a few short strings to find again with the image', maxProperties: 16 });
