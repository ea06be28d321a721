import { queueFull } from './picture-problems.ts';

/**
 * Runs work that not every request needs, such as looking up an image.
 *
 * @throws Problem 503 `render-queue-full` at once if too much of this work is under way
 */
export type WorkLimit = <T>(work: () => Promise<T>) => Promise<T>;

export function createWorkLimit(max: number): WorkLimit {
  let running = 0;
  return async (work) => {
    if (running >= max) throw queueFull();
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
    }
  };
}
