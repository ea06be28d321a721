import { queueFull } from '../http/picture-problems.ts';

/**
 * Runs the work for a picture that is not stored.
 *
 * @throws Problem 503 `render-queue-full` at once if too many such pictures are looked for or made
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
