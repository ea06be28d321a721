import { expect, test } from 'vitest';
import { matchesWildcard } from './wildcard.ts';

test.each([
  ['*', '', true],
  ['a*', 'abc', true],
  ['a*c', 'abcbc', true],
  ['a*c', 'abcb', false],
  ['*.shop.test', 'de.shop.test', true],
  ['*.shop.test', 'de.shop.test.evil', false],
  ['a.c', 'abc', false],
  ['a?c', 'abc', true],
  ['**', 'anything', true],
  ['', 'a', false],
])('%j against %j: %s', (pattern, text, expected) => {
  expect(matchesWildcard(pattern, text, { questionMark: true })).toBe(expected);
});

test('takes the question mark literally where it is no wildcard', () => {
  expect(matchesWildcard('a?c', 'abc', { questionMark: false })).toBe(false);
  expect(matchesWildcard('a?c', 'a?c', { questionMark: false })).toBe(true);
});

test('is quick with many stars that do not match', () => {
  expect(matchesWildcard(`${'a*'.repeat(1000)}b`, 'a'.repeat(5000), { questionMark: true })).toBe(false);
});
