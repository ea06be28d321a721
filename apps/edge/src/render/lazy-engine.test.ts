import { defaultLimits, type EnginePool } from '@imagemill/imaging';
import { expect, test, vi } from 'vitest';
import { createLazyEngine } from './lazy-engine.ts';

const planned = { size: 9, heavyMax: 4 };
const file = Buffer.from('a picture');
const placesOf = ({ size, heavyMax }: typeof planned) => ({ size, heavyMax });

test('has the planned places until its first call, and then those that the memory allowed', async () => {
  const pool = { size: 5, heavyMax: 2, inspect: vi.fn() } as Partial<EnginePool> as EnginePool;
  const engine = createLazyEngine(defaultLimits, planned, async () => pool);
  expect(placesOf(engine)).toEqual(planned);
  await engine.inspect(file);
  expect(placesOf(engine)).toEqual({ size: 5, heavyMax: 2 });
  expect(pool.inspect).toHaveBeenCalledWith(file);
});

test('starts again for the next call if its start failed', async () => {
  const pool = { ...planned, inspect: vi.fn() } as Partial<EnginePool> as EnginePool;
  const start = vi.fn(async () => pool).mockRejectedValueOnce(new Error('no memory'));
  const engine = createLazyEngine(defaultLimits, planned, start);
  await expect(engine.inspect(file)).rejects.toThrow('no memory');
  await engine.inspect(file);
  expect(start).toHaveBeenCalledTimes(2);
});
