import { loadCategories } from '@imagemill/variants';
import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import pLimit from 'p-limit';
import type { Contender } from '../api/contenders.ts';
import { ticketRequest } from '../api/ticket-request.ts';

const TICKETS_AT_ONCE = 32;
/** Longer than the bench, because no job may be moved to another worker. */
const LOCK_MS = 3600_000;

export interface ActiveImages {
  readonly ids: readonly string[];
  /** Maximum number of renditions per image. */
  readonly renditionsMax: number;
  /** Publishes the next rendition of an image, as a worker does. */
  publish(imageId: string): Promise<void>;
  stop(): Promise<void>;
}

/** Images with tickets of the API, each active in a worker that has read its original. */
export async function activateImages(to: Contender, redisUrl: string, count: number): Promise<ActiveImages> {
  const { set = [], revision = '' } = (await loadCategories()).get('product') ?? {};
  const renditions = set.map(({ name, format }) => ({ variant: name, format, width: 600, height: 400, bytes: 20_000 }));
  const source = { format: 'jpeg', width: 4000, height: 3000, orientation: 1, colourSpace: 'srgb', hasAlpha: false };
  const progress = (done: number) => ({
    revision,
    total: set.length,
    source: { ...source, frames: 1, bytes: 2_000_000 },
    done: renditions.slice(0, done),
  });
  const active = new Map<string, { job: Job; done: number }>();
  const stopped = Promise.withResolvers<void>();
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const options = { connection, prefix: 'ours', concurrency: count, lockDuration: LOCK_MS, skipStalledCheck: true };
  const all = Promise.withResolvers<void>();
  const take = async (job: Job) => {
    await job.updateProgress(progress(0));
    active.set(String(job.id), { job, done: 0 });
    if (active.size === count) all.resolve();
    await stopped.promise;
  };
  const worker = new Worker('render', take, options);

  const slot = pLimit(TICKETS_AT_ONCE);
  const ids = await Promise.all(Array.from({ length: count }, () => slot(() => requestTicket(to))));
  await all.promise;
  return {
    ids,
    renditionsMax: set.length,
    async publish(imageId) {
      const image = active.get(imageId);
      if (!image) throw new Error(`The image ${imageId} is not active in a worker.`);
      image.done += 1;
      await image.job.updateProgress(progress(image.done));
    },
    async stop() {
      stopped.resolve();
      await worker.close(true);
      connection.disconnect();
    },
  };
}

async function requestTicket(to: Contender): Promise<string> {
  const { method, headers, body } = ticketRequest(to);
  const response = await fetch(to.url, { method, headers, body });
  if (response.status !== 201) throw new Error(`${to.url} responded ${response.status} instead of a ticket.`);
  return (await response.json()).imageId;
}
