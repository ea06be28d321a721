/**
 * Yields each result the moment it is there, whatever its place in the list; throws the first error. What is still
 * under way when it ends early, or throws, is left to end by itself.
 */
export async function* inCompletionOrder<T>(tasks: readonly Promise<T>[]): AsyncGenerator<T> {
  const pending = new Map(tasks.map((task, index) => [index, task.then((value) => ({ index, value }))]));
  // Nobody awaits the rest once one has failed.
  for (const task of pending.values()) task.catch(() => {});
  while (pending.size > 0) {
    const { index, value } = await Promise.race(pending.values());
    pending.delete(index);
    yield value;
  }
}
