import { afterEach, expect, test, vi } from 'vitest';
import { createStallWatch } from './stall-watch.ts';

afterEach(() => void vi.useRealTimers());

test('an upload that has ended leaves no timer behind, also if its stream still reports bytes: it would keep a program alive', () => {
  vi.useFakeTimers();
  const watch = createStallWatch();
  watch.progress();
  watch.end();
  watch.progress();
  expect(vi.getTimerCount()).toBe(0);
});

test('an upload is aborted after a minute without progress', () => {
  vi.useFakeTimers();
  const watch = createStallWatch();
  vi.advanceTimersByTime(59_000);
  watch.progress();
  vi.advanceTimersByTime(59_000);
  expect(watch.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(watch.signal.reason).toMatchObject({ name: 'TimeoutError' });
});
