import { loadavg } from 'node:os';
import { Redis } from 'ioredis';
import { startContenders } from '../api/contenders.ts';
import { machine } from '../report/machine.ts';
import { type CapacityData, keepCapacity, runTable } from './capacity-page.ts';
import { type CountingProxy, startCountingProxy } from './count-requests.ts';
import { countsOf, inTurns, type Kind, kinds, openPhotographs, runMix, type Upload } from './kinds.ts';
import { type Installation, type Measured, measureIdle, measureImages } from './measure-images.ts';
import { redisMemory } from './redis-memory.ts';
import { difference, times, type Usage } from './usage.ts';

const IMAGES = 10_000;
const QUICK_IMAGES = 60;
/** The first requests and jobs find V8 and the engine processes cold. */
const WARM_UP = { images: 500, quickImages: 40, upload: { category: 'avatar', megapixels: 0.02 } };
const IDLE_SECONDS = 15;
const PROGRESS_EVERY = 500;

/**
 * Measures each kind of upload alone, predicts a run of all of them, and compares it with that run. One API, one worker, Redis and S3 on this
 * machine; CPU is that of the processes. Linux only.
 */
export async function benchCapacity({
  quick,
  argument,
}: {
  readonly quick: boolean;
  readonly argument?: string | undefined;
}): Promise<void> {
  const images = Number(argument ?? (quick ? QUICK_IMAGES : IMAGES));
  if (!Number.isInteger(images) || images < 1) throw new Error(`"${argument}" is no number of images.`);
  const [loadBefore] = loadavg();
  const opened = Promise.withResolvers<CountingProxy>();
  const contenders = await startContenders({
    async proxy(endpoint) {
      const proxy = await startCountingProxy(endpoint);
      opened.resolve(proxy);
      return proxy;
    },
  });
  try {
    const worker = await contenders.startWorker();
    try {
      const installation = { contenders, worker, proxy: await opened.promise, photographs: await openPhotographs() };
      const data = { machine: machine(), loadBefore, ...(await predictAndRun(installation, images, quick)) };
      console.log(`\n${runTable(data)}\n`);
      if (!quick) await keepCapacity(data);
    } finally {
      await worker.stop();
    }
  } finally {
    await contenders.stop();
  }
}

async function predictAndRun(
  installation: Installation,
  images: number,
  quick: boolean,
): Promise<Omit<CapacityData, 'machine' | 'loadBefore'>> {
  let number = 0;
  const measure = async (order: readonly Upload[], onProgress?: (done: number) => void): Promise<Measured> => {
    const measured = await measureImages(installation, order, number, onProgress);
    number += order.length;
    return measured;
  };
  await measure(repeated(WARM_UP.upload, quick ? WARM_UP.quickImages : WARM_UP.images));
  const idle = await measureIdle(installation, IDLE_SECONDS);
  const perSecond = times(idle.usage, 1 / idle.seconds);
  const perImage = {} as Record<Kind, Usage>;
  for (const kind of Object.keys(kinds) as Kind[]) {
    const count = Math.ceil(kinds[kind].calibrated / (quick ? 8 : 1));
    const { usage, seconds } = await measure(repeated(kinds[kind], count));
    perImage[kind] = times(difference(usage, times(perSecond, seconds)), 1 / count);
    console.log(`${kind}: ${JSON.stringify(perImage[kind])}`);
  }
  const counts = countsOf(runMix, images);
  const order = inTurns(counts).map((kind) => kinds[kind]);
  const run = await measure(order, (done) => {
    if (done % PROGRESS_EVERY === 0) console.log(`${done} of ${images} images`);
  });
  const redis = new Redis(installation.contenders.redisUrl);
  const redisBytes = await redisMemory(redis).finally(() => redis.disconnect());
  return { perSecond, perImage, counts, run, redisBytes, imagesInRedis: number };
}

const repeated = (upload: Upload, count: number): Upload[] => Array.from({ length: count }, () => upload);
