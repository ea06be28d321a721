import { describe, expect, test } from 'vitest';
import { Filename, Metadata } from './seller-text.ts';

const refusal = (name: string) => Filename.safeParse(name).error?.issues[0]?.message;

describe('a file name', () => {
  test.each([
    ['soft hyphens', 'Sommer\u00ADkleid.jpg', 'Sommerkleid.jpg'],
    ['a left-to-right mark', '\u200Eshoe.jpg', 'shoe.jpg'],
    ['a right-to-left mark', 'shoe\u200F.jpg', 'shoe.jpg'],
    ['an Arabic letter mark', '\u061Cحذاء.jpg', 'حذاء.jpg'],
    ['a word joiner', 'red\u2060shoe.jpg', 'redshoe.jpg'],
    ['a zero width space', 'red\u200Bshoe.jpg', 'redshoe.jpg'],
    ['a byte order mark', '\uFEFFshoe.jpg', 'shoe.jpg'],
    ['the embedding that Windows copies before a path', '\u202Ashoe.jpg\u202C', 'shoe.jpg'],
    ['isolates', '\u2066shoe\u2069.jpg', 'shoe.jpg'],
    ['invisible mathematics and shorthand', 'a\u2063b\u{1BCA0}.jpg', 'ab.jpg'],
    ['annotation anchors', 'a\uFFF9b\uFFFB.jpg', 'ab.jpg'],
    ['tag letters that belong to no flag', 'shoe\u{E0068}\u{E0069}.jpg', 'shoe.jpg'],
    ['a flag that hides a text', '\u{1F3F4}\u{E0068}\u{E0069}\u{E0020}\u{E007F}.jpg', '\u{1F3F4}.jpg'],
  ])('is stripped of %s', (_what, sent, kept) => {
    expect(Filename.parse(sent)).toBe(kept);
  });

  test.each([
    ['a country’s flag', '🇩🇪 shirt.jpg'],
    ["a subdivision's flag", '\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}.jpg'],
    ['joined emoji', '👩🏽‍🚀 👨‍👩‍👧‍👦 🏳️‍🌈.jpg'],
    ['a zero width non-joiner', 'می\u200Cخواهم.jpg'],
    ['a variation selector', '☀\uFE0F.jpg'],
    ['visible Arabic number signs', '\u0600١٢.jpg'],
    ['accents on their own', 'e\u0301te\u0301.jpg'],
  ])('keeps %s', (_what, name) => {
    expect(Filename.parse(name)).toBe(name);
  });

  test.each([
    ['shoe\u202Egpj.exe', 'contains U+202E RIGHT-TO-LEFT OVERRIDE at position 5'],
    ['\u202Dshoe.jpg', 'contains U+202D LEFT-TO-RIGHT OVERRIDE at position 1'],
    ['🇩🇪\u200E\0.jpg', 'contains U+0000 NULL at position 4'],
    ['a\tb.jpg', 'contains U+0009 CHARACTER TABULATION at position 2'],
    ['a\r\nb.jpg', 'contains U+000D CARRIAGE RETURN at position 2'],
    ['a\u0007.jpg', 'contains U+0007 CONTROL CHARACTER at position 2'],
    ['a\u009B.jpg', 'contains U+009B CONTROL CHARACTER at position 2'],
    ['a\u2028.jpg', 'contains U+2028 LINE SEPARATOR at position 2'],
    ['shoe\uD800.jpg', 'contains U+D800 HALF OF A SURROGATE PAIR at position 5'],
    ['../x.jpg', 'must be a plain file name, without a path'],
    ['C:\\x.jpg', 'must be a plain file name, without a path'],
    ['.\u200B.', 'must be a plain file name with visible characters'],
    ['\u200D\uFE0F \u00AD', 'must be a plain file name with visible characters'],
    ['\u3164', 'must be a plain file name with visible characters'],
    ['', 'must be a plain file name with visible characters'],
    ['é'.repeat(128), 'must be at most 255 bytes of UTF-8'],
  ])('is rejected if it is %j: %s', (name, why) => {
    expect(refusal(name)).toBe(why);
  });

  test('has at most 255 bytes without its invisible characters', () => {
    const name = `${'x'.repeat(251)}.jpg`;
    expect(Filename.parse(`${'\u00AD'.repeat(99)}${name}`)).toBe(name);
  });
});

describe('a metadata text', () => {
  test("keeps its invisible characters, which a seller's app may search for", () => {
    const given = { sku: 'A\u00ADB\u200E', flag: '\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}' };
    expect(Metadata.parse(given)).toEqual(given);
  });

  test('is rejected, with the name of the character, if it has a control character or an override', () => {
    const messages = ['a\nb', 'ab\u202E'].map((sku) => Metadata.safeParse({ sku }).error?.issues[0]?.message);
    expect(messages).toEqual([
      'contains U+000A LINE FEED at position 2',
      'contains U+202E RIGHT-TO-LEFT OVERRIDE at position 3',
    ]);
  });
});
