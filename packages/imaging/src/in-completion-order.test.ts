import { describe, expect, test } from 'vitest';
import { inCompletionOrder } from './in-completion-order.ts';

describe('in completion order', () => {
  test('each result comes the moment it is there, whatever its place', async () => {
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

  test('results that are there already keep their order', async () => {
    expect(await Array.fromAsync(inCompletionOrder([1, 2, 3].map((n) => Promise.resolve(n))))).toEqual([1, 2, 3]);
  });

  test('the first error is thrown, and no other goes unhandled', async () => {
    const tasks = [new Promise<never>(() => {}), Promise.reject(new Error('one')), Promise.reject(new Error('two'))];
    await expect(inCompletionOrder(tasks).next()).rejects.toThrow('one');
  });

  test('an abort is thrown at once, however long the tasks still take', async () => {
    const controller = new AbortController();
    const next = inCompletionOrder([new Promise<never>(() => {})], controller.signal).next();
    controller.abort(new Error('stop'));
    await expect(next).rejects.toThrow('stop');
  });

  test('an abort that came before comes before every result', async () => {
    const results = inCompletionOrder([Promise.resolve(1)], AbortSignal.abort(new Error('stop')));
    await expect(results.next()).rejects.toThrow('stop');
  });

  test('nothing comes of no tasks', async () => {
    expect(await Array.fromAsync(inCompletionOrder([]))).toEqual([]);
  });
});

type Late = PromiseWithResolvers<string>;
