import { describe, expect, test } from 'vitest';
import { inCompletionOrder } from './in-completion-order.ts';

describe('in completion order', () => {
  test('yields each result as soon as it is available', async () => {
    const [first, second, third] = [0, 1, 2].map(() => Promise.withResolvers<string>()) as [Late, Late, Late];
    const results = inCompletionOrder([first.promise, second.promise, third.promise]);
    third.resolve('third');
    expect(await results.next()).toEqual({ done: false, value: 'third' });
    first.resolve('first');
    expect(await results.next()).toEqual({ done: false, value: 'first' });
    second.resolve('second');
    expect(await results.next()).toEqual({ done: false, value: 'second' });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('keeps the order of results that are already available', async () => {
    expect(await Array.fromAsync(inCompletionOrder([1, 2, 3].map((n) => Promise.resolve(n))))).toEqual([1, 2, 3]);
  });

  test('throws the first error, and leaves no rejection unhandled', async () => {
    const tasks = [new Promise<never>(() => {}), Promise.reject(new Error('one')), Promise.reject(new Error('two'))];
    await expect(inCompletionOrder(tasks).next()).rejects.toThrow('one');
  });

  test('throws at once on abort, without waiting for running tasks', async () => {
    const controller = new AbortController();
    const next = inCompletionOrder([new Promise<never>(() => {})], controller.signal).next();
    controller.abort(new Error('stop'));
    await expect(next).rejects.toThrow('stop');
  });

  test('throws before any result if already aborted', async () => {
    const results = inCompletionOrder([Promise.resolve(1)], AbortSignal.abort(new Error('stop')));
    await expect(results.next()).rejects.toThrow('stop');
  });

  test('yields nothing for no tasks', async () => {
    expect(await Array.fromAsync(inCompletionOrder([]))).toEqual([]);
  });
});

type Late = PromiseWithResolvers<string>;
