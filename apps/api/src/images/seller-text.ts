import { z } from 'zod';
import { forbiddenCharacter, isVisible, withoutInvisible } from './invisible-characters.ts';

const FILENAME_BYTES_MAX = 255;

const utf8Bytes = (text: string) => new TextEncoder().encode(text).byteLength;

/** The reason why a name is not a plain file name. Positions refer to the name as sent. */
function filenameProblem(sent: string, name: string): string | undefined {
  const forbidden = forbiddenCharacter(sent);
  if (forbidden) return `contains ${forbidden}`;
  if (/[/\\]/.test(name)) return 'must be a plain file name, without a path';
  if (name === '.' || name === '..' || !isVisible(name)) return 'must be a plain file name with visible characters';
  return utf8Bytes(name) > FILENAME_BYTES_MAX ? `must be at most ${FILENAME_BYTES_MAX} bytes of UTF-8` : undefined;
}

/**
 * The seller's own name of a file: shown to people, never part of a key. 255 bytes is what file systems allow. Invisible
 * format characters, which editors and phones leave in names, are removed.
 */
export const Filename = z
  .string()
  .meta({
    description:
      "the seller's own file name: a plain name of at most 255 bytes; invisible format characters are removed",
    minLength: 1,
  })
  .transform((sent, context) => {
    const name = withoutInvisible(sent);
    const problem = filenameProblem(sent, name);
    if (problem === undefined) return name;
    context.addIssue({ code: 'custom', params: { code: 'invalid-filename' }, message: problem });
    return z.NEVER;
  });

/** Stored unchanged, so that a seller's app can search for it. */
const MetadataText = z
  .string()
  .max(256)
  .refine((text) => forbiddenCharacter(text) === undefined, {
    error: ({ input }) => `contains ${forbiddenCharacter(String(input))}`,
  });

/** A line of text that a seller reads. */
export const MessageToSeller = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .refine((text) => forbiddenCharacter(text) === undefined, {
    error: ({ input }) => `contains ${forbiddenCharacter(String(input))}`,
  });

/** A few short strings that are returned with the image. */
export const Metadata = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'must be 1 to 40 letters, digits, _ or -, beginning with a letter'),
    MetadataText,
  )
  .refine((metadata) => Object.keys(metadata).length <= 16, 'must have at most 16 entries')
  .meta({ description: 'a few short strings that are returned with the image', maxProperties: 16 });
