const RUNS_MAX = 3;

/**
 * CPU time of synchronous work in ms: the least of three runs, or the first one that is within the limit. A busy machine needs several times the
 * CPU for the same work, and compiles it in its first run.
 */
export function leastThreadCpuMs(work: () => unknown, limitMs: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS_MAX && least > limitMs; run += 1) {
    const before = process.threadCpuUsage();
    work();
    least = Math.min(least, milliseconds(process.threadCpuUsage(before)));
  }
  return least;
}

/** The same of work in all threads of the process, because libvips has its own. Garbage collection counts with them. */
export async function leastCpuMs(work: () => Promise<unknown>, limitMs: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS_MAX && least > limitMs; run += 1) {
    const before = process.cpuUsage();
    await work();
    least = Math.min(least, milliseconds(process.cpuUsage(before)));
  }
  return least;
}

const milliseconds = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1000;
