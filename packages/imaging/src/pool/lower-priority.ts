import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Lets all threads of a process run only when others do not need the cores. Without privileges, this cannot be undone: the process is
 * replaced afterwards.
 *
 * @returns false if the system refuses it
 */
export function lowerPriority(pid: number): boolean {
  try {
    // On Linux, a priority belongs to a thread: https://man7.org/linux/man-pages/man2/setpriority.2.html, "C library/kernel differences".
    const threads = process.platform === 'linux' ? readdirSync(`/proc/${pid}/task`).map(Number) : [pid];
    for (const thread of threads) setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
    return true;
  } catch {
    return false;
  }
}
