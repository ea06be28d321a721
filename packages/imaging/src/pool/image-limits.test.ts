import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { misbehavingProgram, runImage, steps, type Way } from '../test-support/misbehaviour.ts';
import { createEnginePool, type EnginePool } from './create-engine-pool.ts';
import type { PoolEvent } from './pool-event.ts';
import type { ImageBudget } from './watch-images.ts';

const MIB = 1024 * 1024;
const unlimited: ImageBudget = { cpuMs: 600_000, wallMs: 600_000, memoryBytes: 4096 * MIB };
const normal = { at: 'inspect', by: 'nothing' } as const;
/** Each step in one way, and each way at several steps: how a process is ended does not depend on the pair. */
const stepsIn = <W extends Way>(...ways: readonly [W, ...W[]]) =>
  steps.map((at, index) => ({ at, by: ways[index % ways.length] ?? ways[0] }));

/** One process, which every test ends: that the next image is rendered shows that it was replaced. */
function poolWith(budget: Partial<ImageBudget>) {
  let pool: EnginePool | undefined;
  const ended: string[] = [];
  let onStep = () => {};
  const onEvent = (event: PoolEvent) => {
    if (event.is === 'ended') ended.push(event.reason);
    if (event.is === 'log') onStep();
  };
  const sizes = { processes: 1, slots: 2 };
  beforeAll(async () => {
    pool = await createEnginePool({
      ...sizes,
      program: misbehavingProgram,
      budget: { ...unlimited, ...budget },
      onEvent,
    });
  });
  afterAll(() => pool?.close());
  return {
    run: (...image: Parameters<typeof runImage> extends [unknown, ...infer Rest] ? Rest : never) =>
      runImage(pool as EnginePool, ...image),
    stepBegins: () => new Promise<void>((resolve) => (onStep = resolve)),
    lastEnd: () => vi.waitUntil(() => ended.splice(0).at(-1), { timeout: 60_000 }),
  };
}

describe('an image over its limit of CPU is rejected', () => {
  const { run, lastEnd } = poolWith({ cpuMs: 100 });
  test.each(stepsIn('burning', 'looping'))('$at $by', async (image) => {
    await expect(run(image)).rejects.toMatchObject({ code: 'timeout', retryable: false });
    expect(await lastEnd()).toBe('cpu');
    expect(await run(normal)).toBe(5);
  });
});

describe('an image over its limit of memory is rejected', () => {
  const { run, lastEnd } = poolWith({ memoryBytes: 64 * MIB });
  test.each(steps)('%s', async (at) => {
    await expect(run({ at, by: 'growing' })).rejects.toMatchObject({ code: 'too-complex', retryable: false });
    expect(await lastEnd()).toBe('memory');
    expect(await run(normal)).toBe(5);
  });
});

describe('memory', () => {
  const ends: string[] = [];
  let pool: EnginePool;
  beforeAll(async () => {
    const onEvent = (event: PoolEvent) => void (event.is === 'ended' && ends.push(event.reason));
    // A process is killed above 208 MiB with a small image, above 336 with one that has what heavy images have, and above 440 with a loan.
    pool = await createEnginePool({
      processes: 2,
      slots: 2,
      program: misbehavingProgram,
      memoryBytes: 1_008 * MIB,
      onEvent,
    });
  });
  afterAll(() => pool.close());

  test.runIf(process.platform === 'linux')(
    'an image that needs more than predicted, and more than heavy images have, is rendered with a loan',
    async () => {
      expect(await runImage(pool, { at: 'webp', by: 'taking 330 MiB' })).toBe(5);
      await vi.waitFor(() => expect(ends).toEqual(['memory']));
    },
  );

  test('an image whose decoder would hold too much is rejected before it is decoded', async () => {
    const before = ends.length;
    const image = { at: 'decode', by: 'growing', megapixels: 90 } as const;
    await expect(runImage(pool, image)).rejects.toMatchObject({ code: 'too-complex' });
    expect(ends.length).toBe(before);
  });
});

describe('an image over its limit of time on the clock is retried, not rejected', () => {
  const { run, lastEnd } = poolWith({ wallMs: 300 });
  test.each(steps)('%s', async (at) => {
    await expect(run({ at, by: 'hanging' })).rejects.toMatchObject({ code: 'took-too-long', retryable: true });
    expect(await lastEnd()).toBe('wall');
  });
});

describe('an abort stops a running step', () => {
  const { run, lastEnd, stepBegins } = poolWith({});
  const reason = new Error('the job was lost');
  test.each(stepsIn('burning', 'looping', 'hanging'))('$at $by', async (image) => {
    const abort = new AbortController();
    const begun = stepBegins();
    const running = run(image, abort.signal);
    void begun.then(() => abort.abort(reason));
    await expect(running).rejects.toBe(reason);
    expect(await lastEnd()).toBe('aborted');
    expect(await run(normal)).toBe(5);
  });
});
