/**
 * Invisible and misleading characters, by Unicode's general categories and properties:
 * https://www.unicode.org/reports/tr44/
 */

/**
 * Control characters, line breaks, halves of a surrogate pair, and directional overrides, which make a text read as
 * another.
 */
const forbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202D\u202E]/u;

/**
 * England, Scotland, Wales and other subdivisions: a black flag followed by invisible tag letters.
 * https://www.unicode.org/reports/tr51/#emoji_tag_sequence
 */
const subdivisionFlag = /\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{3,6}\u{E007F}/u;

/** Invisible format characters, except the two joiners, which scripts and emoji need. */
const invisible = /[[\p{Cf}&&\p{Default_Ignorable_Code_Point}]--[\u200C\u200D]]|[\uFFF9-\uFFFB]/v;

const removable = new RegExp(`(${subdivisionFlag.source})|${invisible.source}`, 'gv');

/** Removes invisible format characters. Emoji stay intact. */
export const withoutInvisible = (text: string): string => text.replaceAll(removable, '$1');

/** Whether a text has a visible character. */
export const isVisible = (text: string): boolean => /[[^\s]--\p{Default_Ignorable_Code_Point}]/v.test(text);

const names: Readonly<Record<string, string>> = {
  '\0': 'NULL',
  '\t': 'CHARACTER TABULATION',
  '\n': 'LINE FEED',
  '\r': 'CARRIAGE RETURN',
  '\u007F': 'DELETE',
  '\u2028': 'LINE SEPARATOR',
  '\u2029': 'PARAGRAPH SEPARATOR',
  '\u202D': 'LEFT-TO-RIGHT OVERRIDE',
  '\u202E': 'RIGHT-TO-LEFT OVERRIDE',
};

/**
 * The first forbidden character of a seller's text, such as `U+202E RIGHT-TO-LEFT OVERRIDE at position 5`.
 * Positions count characters (code points) from 1.
 */
export function forbiddenCharacter(text: string): string | undefined {
  const found = forbidden.exec(text);
  if (!found) return undefined;
  const [character] = found;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const name = names[character] ?? (/\p{Cs}/u.test(character) ? 'HALF OF A SURROGATE PAIR' : 'CONTROL CHARACTER');
  const position = [...text.slice(0, found.index)].length + 1;
  return `U+${code} ${name} at position ${position}`;
}
