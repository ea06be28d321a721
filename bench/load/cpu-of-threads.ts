import { readdirSync, readFileSync } from 'node:fs';

/** CPU that the threads of a process have used, in ms. Linux counts it in nanoseconds, and that of the whole process in 1/100 s. */
export function cpuOfThreadsMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = (thread: string) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  return threads.reduce((sum, thread) => sum + nanoseconds(thread), 0) / 1e6;
}
