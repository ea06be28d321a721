import { Format } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { chooseFormat } from './choose-format.ts';

const all = Format.options;

test.each<[string, string | undefined, readonly Format[], Format]>([
  ['Chrome', 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', all, 'avif'],
  ['Safari, which names webp first', 'image/webp,image/avif,image/jxl,image/*;q=0.8,*/*;q=0.5', all, 'avif'],
  ['an older browser', 'image/webp,image/apng,image/*,*/*;q=0.8', all, 'webp'],
  ['an old browser', 'image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', all, 'png'],
  ['any client', '*/*', all, 'jpeg'],
  ['a client without the header', undefined, all, 'jpeg'],
  ['a client with an empty header', '', all, 'jpeg'],
  ['a client that prefers webp', 'image/avif;q=0.3, image/webp;q=0.9', all, 'webp'],
  ['a client that refuses avif', 'image/avif;q=0, image/webp;q=0.1, image/jpeg;q=0', all, 'webp'],
  ['a client that names a format in capitals', 'IMAGE/AVIF', all, 'avif'],
  ['a client that accepts nothing of it', 'image/gif', all, 'jpeg'],
  ['a client that accepts nothing of the modern ones', 'image/gif', ['avif', 'webp'], 'webp'],
  ['any client of modern formats', '*/*', ['avif', 'webp'], 'webp'],
  ['any client of a round avatar', '*/*', ['webp', 'png'], 'png'],
  ['a cache key for avif', 'image/avif,image/webp,image/jpeg;q=0.9,image/png;q=0.9,*/*;q=0.1', all, 'avif'],
  ['a cache key for neither', 'image/jpeg,image/png,*/*;q=0.1', all, 'jpeg'],
  ['nonsense', ';;,,q=,image/;q=x', all, 'jpeg'],
])('%s gets the best format that it accepts', (_client, accept, offered, expected) => {
  expect(chooseFormat(accept, offered)).toBe(expected);
});
