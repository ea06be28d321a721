const CHARACTERS_MAX = 256;
/** The longest text in UTF-8. */
const BYTES_MAX = 4 * CHARACTERS_MAX;

/**
 * The bytes as text without control characters, at most 256 characters long; empty if it has no letter or digit. Bytes that are not
 * UTF-8 are Windows-1252, the usual encoding of older programs.
 */
export function cleanText(bytes: Uint8Array): string {
  return cleanString(decoded(bytes));
}

/** As `cleanText`, of a string. */
export function cleanString(text: string): string {
  const cleaned = text
    // Not characters, and not allowed in XML.
    .replace(/[\p{Cs}\ufffe\uffff]/gu, '')
    // Photographer and editor are consecutive strings in EXIF, each terminated by NUL.
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return /[\p{L}\p{N}]/u.test(cleaned) ? Array.from(cleaned).slice(0, CHARACTERS_MAX).join('') : '';
}

/** Converts to ASCII here, because libvips converts non-ASCII letters of EXIF differently in each system locale. */
export function asciiText(text: string): string {
  const ascii = text
    .replaceAll('©', '(C)')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^ -~]/gu, '?')
    .trim()
    .slice(0, CHARACTERS_MAX);
  return /[a-z0-9]/i.test(ascii) ? ascii : '';
}

function decoded(bytes: Uint8Array): string {
  const start = bytes.subarray(0, BYTES_MAX);
  try {
    // The cut may be within a character.
    const stream = start.length < bytes.length;
    return new TextDecoder('utf-8', { fatal: true }).decode(start, { stream });
  } catch {
    return new TextDecoder('windows-1252').decode(start);
  }
}
