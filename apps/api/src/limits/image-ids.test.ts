import { expect, test } from 'vitest';
import { derivedImageIds, newImageId, newSeed } from './image-ids.ts';

test('the ids of a request are the same for the same seed, and do not follow from the first one', () => {
  const [first, seed] = [newImageId(), newSeed()];
  const ids = derivedImageIds(first, seed, 100);
  expect(derivedImageIds(first, seed, 100)).toEqual(ids);
  const guesses = [...derivedImageIds(first, first, 100), ...derivedImageIds(first, newSeed(), 100)].slice(1);
  expect(guesses.filter((guess) => ids.includes(guess))).toEqual([first]);
  expect(new Set(ids).size).toBe(100);
});
