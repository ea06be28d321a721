import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Contenders } from '../api/contenders.ts';
import { usageOf } from '../edge/process-usage.ts';
import { readBacklog } from '../fleet/backlog.ts';
import { uploadOne } from '../fleet/sellers.ts';
import type { CountingProxy } from './count-requests.ts';
import type { Photographs, Upload } from './kinds.ts';
import { difference, type Usage } from './usage.ts';

/** Uploads that are not rendered yet: more than a worker's slots, so that it never waits. */
const IN_FLIGHT = 12;
const POLL_MS = 200;

export interface Installation {
  readonly contenders: Contenders;
  readonly proxy: CountingProxy;
  readonly worker: { readonly pid: number };
  readonly photographs: Photographs;
}

export interface Measured {
  readonly usage: Usage;
  readonly images: number;
  readonly seconds: number;
}

/** Uploads photographs as sellers do, waits until all are rendered, and measures what that took. */
export async function measureImages(
  installation: Installation,
  order: readonly Upload[],
  firstNumber: number,
  onProgress: (done: number) => void = () => {},
): Promise<Measured> {
  const { contenders, proxy, photographs } = installation;
  const redis = new Redis(contenders.redisUrl);
  try {
    const before = await readUsage(installation, redis);
    const startedAt = performance.now();
    await uploadAll();
    while ((await readBacklog(contenders.ours)) > 0) await delay(POLL_MS);
    const seconds = (performance.now() - startedAt) / 1000;
    return { usage: difference(await readUsage(installation, redis), before), images: order.length, seconds };
  } finally {
    redis.disconnect();
  }

  async function uploadAll(): Promise<void> {
    const finishedBefore = proxy.finished();
    const done = () => proxy.finished() - finishedBefore;
    const all = Promise.withResolvers<void>();
    let next = 0;
    const startMore = () => {
      if (done() === order.length) all.resolve();
      while (next < order.length && next - done() < IN_FLIGHT) void upload(next++).catch(all.reject);
    };
    const stop = proxy.onFinished(() => {
      onProgress(done());
      startMore();
    });
    startMore();
    await all.promise.finally(stop);
  }

  async function upload(index: number): Promise<void> {
    const one = order[index] as Upload;
    const photo = await photographs(one, firstNumber + index);
    await uploadOne(contenders.ours, photo, { category: one.category });
  }
}

/** What an installation uses that has nothing to do. */
export async function measureIdle(installation: Installation, seconds: number): Promise<Measured> {
  const redis = new Redis(installation.contenders.redisUrl);
  try {
    const before = await readUsage(installation, redis);
    await delay(seconds * 1000);
    return { usage: difference(await readUsage(installation, redis), before), images: 0, seconds };
  } finally {
    redis.disconnect();
  }
}

async function readUsage({ contenders, proxy, worker }: Installation, redis: Redis): Promise<Usage> {
  const pids = [worker.pid, contenders.ours.pid, contenders.pids.redis];
  const [ofWorker, ofApi, ofRedis] = await Promise.all(pids.map((pid) => usageOf(pid)));
  return {
    workerCpuS: ofWorker?.cpuSeconds ?? Number.NaN,
    apiCpuS: ofApi?.cpuSeconds ?? Number.NaN,
    redisCpuS: ofRedis?.cpuSeconds ?? Number.NaN,
    ...proxy.use(),
    redisCommands: Number(/^total_commands_processed:(\d+)/m.exec(await redis.info('stats'))?.[1]),
  };
}
