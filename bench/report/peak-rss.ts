import { readFileSync } from 'node:fs';

/**
 * The largest resident memory of a process so far, in bytes: the kernel's `VmHWM` (proc(5)). `resourceUsage().maxRSS` would include the
 * memory of the parent process before the fork. Linux only.
 */
export function peakRssOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
