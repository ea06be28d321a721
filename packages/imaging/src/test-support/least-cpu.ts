const RUNS_MAX = 3;

/**
 * CPU time of the work in ms, on all threads of the process, because libvips has its own. Garbage collection and other tests' leftovers count too: while
 * it is above the limit, the work runs again, up to three times, and the least time counts.
 */
export async function leastCpuMs(work: () => Promise<unknown>, limitMs: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS_MAX && least > limitMs; run += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
