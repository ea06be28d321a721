const SIGNATURE_AT = 36;
const TABLE_AT = 128;
const ENTRY_BYTES = 12;
/** The usual profiles have 9 to 20 tags. */
const TAGS_MAX = 100;

/**
 * The tags of an ICC profile: each from its start to the end of the profile; none for anything else.
 * https://www.color.org/specification/ICC.1-2022-05.pdf, 7.2 and 7.3
 */
export function iccTags(icc: Buffer): Map<string, Buffer> {
  const tags = new Map<string, Buffer>();
  if (icc.toString('latin1', SIGNATURE_AT, SIGNATURE_AT + 4) !== 'acsp' || icc.length < TABLE_AT + 4) return tags;
  const end = TABLE_AT + 4 + Math.min(TAGS_MAX, icc.readUInt32BE(TABLE_AT)) * ENTRY_BYTES;
  for (let at = TABLE_AT + 4; at < end && at + ENTRY_BYTES <= icc.length; at += ENTRY_BYTES) {
    tags.set(icc.toString('latin1', at, at + 4), icc.subarray(icc.readUInt32BE(at + 4)));
  }
  return tags;
}

/** The data colour space of a profile, such as `RGB `. */
export const iccSpace = (icc: Buffer): string => icc.toString('latin1', 16, 20);
