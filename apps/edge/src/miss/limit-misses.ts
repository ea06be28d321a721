import { queueFull } from '../http/picture-problems.ts';

/**
 * Runs work that not every request needs, such as making a picture.
 *
 * @throws Problem 503 `render-queue-full` at once if too much of this work is under way
 */
export type LimitMisses = <T>(work: () => Promise<T>) => Promise<T>;

export function createLimitMisses(max: number): LimitMisses {
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
