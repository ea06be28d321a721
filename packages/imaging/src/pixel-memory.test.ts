import { expect, test } from 'vitest';
import { createPixelMemory } from './pixel-memory.ts';

const pixels = () => ({ data: Buffer.alloc(12_288), raw: { width: 64, height: 64, channels: 3 as const } });

test('frees the pixels of a closed picture when no work reads them any more', async () => {
  const decoded = pixels();
  const memory = createPixelMemory((work) => work(), [decoded, decoded]);
  const { promise, resolve } = Promise.withResolvers<void>();
  const reading = memory.slot(() => promise);
  memory.close();
  expect(decoded.data.byteLength).toBe(12_288);
  resolve();
  await reading;
  expect(decoded.data.byteLength).toBe(0);
});

test('keeps the pixels for work that waits for its place', async () => {
  const decoded = pixels();
  const { promise: place, resolve: enter } = Promise.withResolvers<void>();
  const memory = createPixelMemory(async (work) => place.then(work), [decoded]);
  const read = memory.slot(async () => decoded.data.byteLength);
  memory.close();
  enter();
  expect(await read).toBe(12_288);
  expect(decoded.data.byteLength).toBe(0);
});

test('frees the pixels after work that fails', async () => {
  const decoded = pixels();
  const memory = createPixelMemory((work) => work(), [decoded]);
  const reading = memory.slot(() => Promise.reject(new Error('Damaged.')));
  memory.close();
  await expect(reading).rejects.toThrow('Damaged.');
  expect(decoded.data.byteLength).toBe(0);
});
