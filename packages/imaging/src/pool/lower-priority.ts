import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Nice values: man 7 sched. An engine process keeps its cores busy for long, and the process that owns it sleeps most of the time: this one
 * gets a core at once when it wakes. A heavy image has a tenth of the weight of a light one (36 and 335), and a third if light ones may wait for the
 * memory that it has borrowed (110).
 */
export const niceness = { light: 5, awaited: 10, heavy: 15 } as const;

/**
 * Lets all threads of a process run after those of others. Without privileges, this cannot be undone: a process that was slowed down for
 * a heavy image is replaced afterwards.
 *
 * @returns false if the system refuses it
 */
export function lowerPriority(pid: number, nice: number): boolean {
  try {
    // On Linux, a priority belongs to a thread: https://man7.org/linux/man-pages/man2/setpriority.2.html, "C library/kernel differences".
    const threads = process.platform === 'linux' ? readdirSync(`/proc/${pid}/task`).map(Number) : [pid];
    for (const thread of threads) setPriority(thread, nice);
    return true;
  } catch {
    return false;
  }
}
