/**
 * Yields each result the moment it is there, whatever its place in the list; throws the first error, or the signal's
 * reason once it is aborted. What is still under way when it ends early, or throws, is left to end by itself.
 */
export async function* inCompletionOrder<T>(tasks: readonly Promise<T>[], signal?: AbortSignal): AsyncGenerator<T> {
  const pending = new Map(tasks.map((task, index) => [index, task.then((value) => ({ index, value }))]));
  const aborted = rejectionBy(signal);
  // Nobody awaits the rest once one has failed, nor the abort that never comes.
  for (const promise of [aborted, ...pending.values()]) promise.catch(() => {});
  while (pending.size > 0) {
    const { index, value } = await Promise.race([aborted, ...pending.values()]);
    pending.delete(index);
    yield value;
  }
}

function rejectionBy(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal?.aborted) reject(signal.reason);
  signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
