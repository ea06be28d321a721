import { describe, expect, test } from 'vitest';
import { readExifTexts } from './exif-texts.ts';

const ARTIST = 315;
const COPYRIGHT = 33_432;
const ASCII = 2;

/** A block with one directory and one value. */
function exifBlock(entryOf: { tag?: number; type?: number; value: Buffer; length?: number; bigEndian?: boolean }) {
  const { tag = COPYRIGHT, type = ASCII, value, length = value.length, bigEndian = false } = entryOf;
  const uint = (bytes: number, number: number) => {
    const field = Buffer.alloc(bytes);
    if (bigEndian) field.writeUIntBE(number, 0, bytes);
    else field.writeUIntLE(number, 0, bytes);
    return field;
  };
  const start = Buffer.from(bigEndian ? 'MM\0*' : 'II*\0', 'latin1');
  const inPlace = value.length <= 4;
  const where = inPlace ? Buffer.concat([value, Buffer.alloc(4)]).subarray(0, 4) : uint(4, 26);
  const entry = [uint(2, tag), uint(2, type), uint(4, length), where];
  return Buffer.concat([start, uint(4, 8), uint(2, 1), ...entry, uint(4, 0), inPlace ? Buffer.of() : value]);
}
const copyright = (value: string | Buffer) => readExifTexts(exifBlock({ value: Buffer.from(value) })).copyright;

describe('a text of an EXIF block', () => {
  test.each([
    ['with a NUL terminator', 'Jane Doe\0', 'Jane Doe'],
    ['without a terminator', 'Jane Doe', 'Jane Doe'],
    ['stored in its entry', 'Jo\0', 'Jo'],
    ['with photographer and editor', 'Jane Doe\0Acme Press\0', 'Jane Doe Acme Press'],
    ['with control characters', 'Jane\x1b[31m\r\nDoe\x7f\u0085!\0', 'Jane [31m Doe !'],
    ['in UTF-8', '© Zoë Żak, 山田太郎\0', '© Zoë Żak, 山田太郎'],
    ['in Windows-1252', Buffer.from('a9205a6feb', 'hex'), '© Zoë'],
  ])('%s', (_case, value, text) => {
    expect(copyright(value)).toBe(text);
  });

  test.each([
    ['that is empty', '\0'],
    ['of spaces', '      \0'],
    ['of marks only', '©…\0'],
  ])('%s is ignored', (_case, value) => {
    expect(copyright(value)).toBeUndefined();
  });

  test('is cut to 256 characters', () => {
    expect(copyright('x'.repeat(60_000))).toBe('x'.repeat(256));
  });

  test('is read in either byte order, with or without the Exif prefix', () => {
    for (const bigEndian of [true, false]) {
      const block = exifBlock({ tag: ARTIST, value: Buffer.from('Jane Doe\0'), bigEndian });
      expect(readExifTexts(block)).toEqual({ artist: 'Jane Doe' });
      expect(readExifTexts(Buffer.concat([Buffer.from('Exif\0\0'), block]))).toEqual({ artist: 'Jane Doe' });
    }
  });
});

describe('no text is read from', () => {
  test.each([
    ['an empty block', Buffer.of()],
    ['a block that is not EXIF', Buffer.from('<html></html>')],
    ['a value that is not ASCII', exifBlock({ type: 7, value: Buffer.from('Jane Doe') })],
    ['another tag', exifBlock({ tag: 271, value: Buffer.from('Jane Doe') })],
    ['a directory beyond the block', Buffer.from('II*\0\xff\xff\xff\xff', 'latin1')],
    ['a truncated directory', exifBlock({ value: Buffer.from('Jane Doe') }).subarray(0, 20)],
  ])('%s', (_case, block) => {
    expect(readExifTexts(block)).toEqual({});
  });

  test('the part after the end of a truncated directory, but the part before it is read', () => {
    const block = exifBlock({ value: Buffer.from('Jane Doe') });
    block.writeUInt16LE(0xffff, 8);
    expect(readExifTexts(block)).toEqual({ copyright: 'Jane Doe' });
  });

  test('bytes beyond the block, if a text claims to be longer', () => {
    expect(readExifTexts(exifBlock({ value: Buffer.from('Jane Doe'), length: 0xffff_ffff }))).toEqual({
      copyright: 'Jane Doe',
    });
  });
});
