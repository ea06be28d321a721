import { expect, test } from 'vitest';
import { settleWithin } from './settle-within.ts';

const never = new Promise<never>(() => {});

test('work that takes too long ends at its limit', async () => {
  await expect(settleWithin(never, { msMax: 1 })).rejects.toThrow('more than 1 ms');
});

test('work ends with its signal, also with one that is aborted already', async () => {
  const leaving = new AbortController();
  const settled = settleWithin(never, { signal: leaving.signal });
  leaving.abort(new Error('gone'));
  await expect(settled).rejects.toThrow('gone');
  await expect(settleWithin(never, { signal: leaving.signal })).rejects.toThrow('gone');
});

test('the result and the error of work that ends in time are its own', async () => {
  const ends = { msMax: 60_000, signal: new AbortController().signal };
  expect(await settleWithin(Promise.resolve(1), ends)).toBe(1);
  await expect(settleWithin(Promise.reject(new Error('own')), ends)).rejects.toThrow('own');
});
