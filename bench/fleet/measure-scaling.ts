import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Contenders } from '../api/contenders.ts';
import { usageOf } from '../edge/process-usage.ts';
import { readBacklog } from './backlog.ts';
import { createPinnedWorkers, type PinnedWorkers } from './pinned-workers.ts';
import { smallPhotos, uploadMany } from './sellers.ts';

const run = promisify(execFile);
/** The first jobs of a worker find V8 and its engine processes cold. */
const WARM_UP_IMAGES = 40;
const POLL_MS = 200;

export interface Throughput {
  readonly workers: number;
  readonly imagesPerSecond: number;
  /** Cores that the workers used. */
  readonly workerCores: number;
  /** Cores that Redis, the storage, the API and this program used. */
  readonly otherCores: number;
}

/**
 * The throughput of one worker that has a core of its own, while everything else runs on the other core, and of two workers that
 * share both cores with everything else.
 *
 * @param size images to upload before, at this rate; seconds of each measurement
 */
export async function measureScaling(
  contenders: Contenders,
  { images, perSecond, seconds }: { readonly images: number; readonly perSecond: number; readonly seconds: number },
): Promise<readonly Throughput[]> {
  const { ours, pids, env } = contenders;
  await uploadMany(ours, await smallPhotos(), { uploads: images, seconds: images / perSecond });
  const others = [ours.pid, pids.redis, pids.s3, process.pid];
  const workers = createPinnedWorkers(env);
  try {
    const measured: Throughput[] = [];
    for (const [count, cores] of [
      [1, '1'],
      [2, '0,1'],
    ] as const) {
      for (const pid of others) await run('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)]);
      workers.scaleTo(count);
      await warmUp(contenders, workers, count);
      measured.push({ workers: count, ...(await throughput(contenders, workers, others, seconds)) });
      console.log(JSON.stringify(measured.at(-1)));
    }
    while ((await readBacklog(ours)) > 0) await delay(POLL_MS);
    return measured;
  } finally {
    await workers.stop();
  }
}

async function warmUp({ ours }: Contenders, workers: PinnedWorkers, count: number): Promise<void> {
  while (workers.ready() < count) await delay(POLL_MS);
  const before = await readBacklog(ours);
  while ((await readBacklog(ours)) > before - WARM_UP_IMAGES) await delay(POLL_MS);
}

async function throughput(
  { ours }: Contenders,
  workers: PinnedWorkers,
  others: readonly number[],
  seconds: number,
): Promise<Omit<Throughput, 'workers'>> {
  // This program's own usage includes the workers, which are its children.
  const othersCpu = async () => {
    const usages = await Promise.all(others.filter((pid) => pid !== process.pid).map((pid) => usageOf(pid)));
    const { user, system } = process.cpuUsage();
    return usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, (user + system) / 1e6);
  };
  const read = async () => {
    const [backlog, workerCpu, otherCpu] = [await readBacklog(ours), await workers.cpuSeconds(), await othersCpu()];
    return { at: performance.now() / 1000, backlog, workerCpu, otherCpu };
  };
  const before = await read();
  await delay(seconds * 1000);
  const after = await read();
  if (after.backlog < WARM_UP_IMAGES) throw new Error('The backlog was empty before the end: upload more images.');
  const took = after.at - before.at;
  return {
    imagesPerSecond: (before.backlog - after.backlog) / took,
    workerCores: (after.workerCpu - before.workerCpu) / took,
    otherCores: (after.otherCpu - before.otherCpu) / took,
  };
}

/** The throughput of two workers, compared to that of one on the cores that Redis and the storage leave. 0.95 is 1.9 times of two whole cores. */
export function scalingEfficiency([one, two]: readonly Throughput[]): number {
  if (!one || !two) return Number.NaN;
  return two.imagesPerSecond / (one.imagesPerSecond * (2 - two.otherCores));
}
