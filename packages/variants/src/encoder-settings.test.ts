import { expect, test } from 'vitest';
import { effortOf } from './index.ts';

test.each([
  [1, 1, 4, 5],
  [150, 150, 4, 5],
  [150, 151, 3, 5],
  [600, 600, 3, 5],
  [1200, 300, 3, 5],
  [600, 601, 2, 4],
  [1200, 1200, 2, 4],
  [1200, 1201, 0, 2],
  [16_383, 16_383, 0, 2],
])('a rendition of %d×%d has effort %d in avif and %d in webp', (width, height, avif, webp) => {
  expect(effortOf('avif', { width, height })).toBe(avif);
  expect(effortOf('webp', { width, height })).toBe(webp);
});

test('other formats have no effort', () => {
  expect(effortOf('jpeg', { width: 9, height: 9 })).toBeUndefined();
  expect(effortOf('png', { width: 9, height: 9 })).toBeUndefined();
});
