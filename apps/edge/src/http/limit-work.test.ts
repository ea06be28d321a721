import { expect, test } from 'vitest';
import { createWorkLimit } from './limit-work.ts';

test('refuses further work at once, and admits some again when another has ended or failed', async () => {
  const limit = createWorkLimit(2);
  const [one, two] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const running = [limit(() => one.promise), limit(() => two.promise)];
  const full = { options: { status: 503, code: 'render-queue-full', headers: { 'retry-after': '2' } } };
  await expect(limit(async () => 'three')).rejects.toMatchObject(full);
  one.reject(new Error('failed'));
  await expect(running[0]).rejects.toThrow('failed');
  expect(await limit(async () => 'three')).toBe('three');
  two.resolve('two');
  expect(await running[1]).toBe('two');
});
