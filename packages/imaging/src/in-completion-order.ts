/**
 * Yields each result as soon as it is available. Throws the first error, or the signal's reason on abort. Tasks still
 * running after that are not cancelled, and their results are ignored.
 */
export async function* inCompletionOrder<T>(tasks: readonly Promise<T>[], signal?: AbortSignal): AsyncGenerator<T> {
  const pending = new Map(tasks.map((task, index) => [index, task.then((value) => ({ index, value }))]));
  const aborted = rejectionBy(signal);
  // After the first failure, the remaining rejections have no handler; the same is true of an abort that comes later.
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
