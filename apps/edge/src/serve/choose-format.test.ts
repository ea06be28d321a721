import type { Format } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { chooseFormat } from './choose-format.ts';

const all: Format[] = ['avif', 'webp', 'jpeg', 'png'];
/** As the standard sets have them. */
const photo: Format[] = ['avif', 'webp', 'jpeg'];
const small: Format[] = ['avif', 'webp'];
const round: Format[] = ['webp', 'png'];

const chrome = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const chromePage =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';
const firefox = 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5';
const safari =
  'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5';
const safari14 = 'image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5';
const safari13 = 'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5';

test.each<[who: string, accept: string | undefined, photo: Format, small: Format, round: Format]>([
  ['Chrome', chrome, 'avif', 'avif', 'webp'],
  ['Chrome, opening the picture as a page', chromePage, 'avif', 'avif', 'webp'],
  ['Firefox', firefox, 'avif', 'avif', 'webp'],
  ['Safari 16 and later', safari, 'avif', 'avif', 'webp'],
  ['Safari 14', safari14, 'webp', 'webp', 'webp'],
  ['Safari 13', safari13, 'jpeg', 'webp', 'png'],
  ['curl, and crawlers', '*/*', 'jpeg', 'webp', 'png'],
  ['image/*', 'image/*', 'jpeg', 'webp', 'png'],
  ['a client without the header', undefined, 'jpeg', 'webp', 'png'],
  ['an empty header', ' ', 'jpeg', 'webp', 'png'],
  [
    'a CDN, for browsers with avif',
    'image/avif,image/webp,image/jpeg;q=0.9,image/png;q=0.9,*/*;q=0.1',
    'avif',
    'avif',
    'webp',
  ],
  ['a CDN, for browsers with webp', 'image/webp,image/jpeg;q=0.9,image/png;q=0.9,*/*;q=0.1', 'webp', 'webp', 'webp'],
  ['a CDN, for all others', 'image/jpeg,image/png,*/*;q=0.1', 'jpeg', 'webp', 'png'],
])('%s gets the best format that it shows', (_who, accept, forPhoto, forSmall, forRound) => {
  expect([photo, small, round].map((formats) => chooseFormat(accept, formats))).toEqual([forPhoto, forSmall, forRound]);
});

test.each<[accept: string, formats: Format[], chosen: Format]>([
  ['image/avif;q=0.5,image/webp', all, 'webp'],
  ['image/avif;q=0.5,image/webp;q=0.500', all, 'avif'],
  ['image/jpeg,image/avif;q=0.9', all, 'jpeg'],
  ['image/avif;q=0.5,*/*', all, 'jpeg'],
  ['image/avif;q=0,image/*', all, 'jpeg'],
  ['image/jpeg;q=0,*/*', all, 'png'],
  ['image/webp;q=0,*/*', small, 'avif'],
  ['image/webp;q=0', small, 'avif'],
  ['image/avif;q=0,image/webp;q=0', small, 'webp'],
  ['image/jpeg;q=0,image/*;q=0,*/*;q=0', photo, 'webp'],
  ['*/*;q=0', photo, 'jpeg'],
  ['image/*;q=0,*/*', photo, 'jpeg'],
  ['IMAGE/AVIF ; Q=0.3', photo, 'avif'],
  ['image/avif;q=0, image/avif', photo, 'avif'],
  ['image/avif;q=none,image/webp;q=0.9', photo, 'avif'],
  ['text/html', photo, 'jpeg'],
  ['image/gif', small, 'webp'],
  [';;,,q=,image/;q=x', all, 'jpeg'],
  ['image/jxl,image/heic', small, 'webp'],
  ['image/avifx,x-image/webp', photo, 'jpeg'],
  [',;,q=1;;image/webp;', photo, 'jpeg'],
  ['image/png', photo, 'jpeg'],
])('for Accept: %s, the choice from %j is %s', (accept, formats, chosen) => {
  expect(chooseFormat(accept, formats)).toBe(chosen);
});

describe('of every combination of ranges, q and formats', () => {
  const named = ['image/avif', 'image/webp', 'image/jpeg'].map((type) => ['', `${type};q=0`, `${type};q=0.5`, type]);
  const wildcards = ['image/*', '*/*'].map((type) => ['', `${type};q=0`, type]);
  const headers = [...named, ...wildcards].reduce<string[][]>(
    (made, ranges) => made.flatMap((header) => ranges.map((range) => (range ? [...header, range] : header))),
    [[]],
  );
  const subsets = Array.from({ length: 15 }, (_, index) => all.filter((_format, bit) => ((index + 1) >> bit) & 1));
  const cases = headers.flatMap((ranges) =>
    subsets.map((formats) => ({ ranges, formats, chosen: chooseFormat(ranges.join(), formats) })),
  );
  const isRefused = (ranges: string[], format: Format) => ranges.includes(`image/${format};q=0`);

  test('is one that the variant has', () => {
    expect(cases).toHaveLength(576 * 15);
    expect(cases.filter(({ formats, chosen }) => !formats.includes(chosen))).toEqual([]);
  });

  test('is none that the client refuses, unless it refuses all', () => {
    const wrong = cases.filter(
      ({ ranges, formats, chosen }) =>
        isRefused(ranges, chosen) && !formats.every((format) => isRefused(ranges, format)),
    );
    expect(wrong).toEqual([]);
  });

  test('is avif or webp only if it is named, or there is no other', () => {
    const wrong = cases.filter(({ ranges, formats, chosen }) => {
      const isNamed = ranges.some((range) => range.startsWith(`image/${chosen}`));
      const others = formats.filter((each) => each === 'png' || (each === 'jpeg' && !isRefused(ranges, each)));
      return ['avif', 'webp'].includes(chosen) && (!isNamed || isRefused(ranges, chosen)) && others.length > 0;
    });
    expect(wrong).toEqual([]);
  });

  test('does not depend on the order of the header or of the formats', () => {
    const wrong = cases.filter(
      ({ ranges, formats, chosen }) => chooseFormat(ranges.toReversed().join(' , '), formats.toReversed()) !== chosen,
    );
    expect(wrong).toEqual([]);
  });
});
