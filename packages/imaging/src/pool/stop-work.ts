import type { EngineProcess } from './engine-process.ts';
import type { ImageWatch } from './watch-images.ts';

/**
 * How much CPU work may use after it was stopped. It is not a limit of time: on a busy machine, a process that only waits for a core would be
 * killed, and its replacement would take 0.25 s more of the CPU that is missing.
 */
const STOP_CPU_MS = 50;
/** For work that uses no CPU. */
const STOP_WALL_MS = 2_000;

/**
 * Stops all work for the image of a process. A process whose work does not stop is killed.
 *
 * @param memoryBytes of the process at most
 * @throws Error if the process has ended
 */
export async function stopWork(
  process: EngineProcess,
  { watch }: Pick<ImageWatch, 'watch'>,
  memoryBytes: number,
): Promise<void> {
  const limits = { cpuMs: STOP_CPU_MS, wallMs: STOP_WALL_MS, memoryBytes };
  const unwatch = watch(process, limits, () => ['aborted', new Error('The work for this image was stopped.')]);
  try {
    await process.drop();
  } finally {
    unwatch();
  }
}
