import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@imagemill/local-stack';
import {
  createConsumerConnection,
  createOutages,
  createProducerConnection,
  createRenderQueue,
  createRenderWorker,
  type RenderQueue,
  runLookLane,
} from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import { ImageId, originalKey, prefixes, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { createHeavySlots } from '../../apps/worker/src/slots/heavy-slots.ts';
import type { Work } from './render-work.ts';

export interface Flood {
  readonly jobs: number;
  readonly work: Work;
  /** Its images are predicted as heavy: as in a worker, they hold at most half of the slots. */
  readonly isHeavy?: boolean;
}

export interface Scenario {
  readonly slots: number;
  /** The work of each job of the nine tenants, and how many of them arrive per second in total. */
  readonly others: Work;
  readonly othersPerSecond: number;
  readonly seconds: number;
  /** Uploads of the tenth tenant, all reported before the others start. */
  readonly flood?: Flood;
  /** Jobs of a further tenant that wait behind all others: entries of the waiting set alone, which are never started. */
  readonly standing?: number;
  /** Tickets of a further tenant without uploads. Each turn of their looks lists this bucket, as a worker does. */
  readonly pending?: { readonly tickets: number; readonly storage: ObjectStorage };
  /** `fifo`: all jobs belong to one tenant, whose jobs keep their order. */
  readonly order: 'turns' | 'fifo';
}

export interface Outcome {
  /** From the report of an upload to the end of its run, of each job of the nine tenants. */
  readonly othersMs: readonly number[];
  /** Its part of the slot time that was used until the last of the nine tenants' jobs was reported. */
  readonly floodShare: number;
}

const OTHERS = 9;
const FLOOD = 'flood';
const REPORTS_AT_ONCE = 50;
const PENDING_AT_ONCE = 500;
const STANDING_AT_ONCE = 10_000;
/** A score above those of all tags of the bench. */
const BEHIND_ALL = 2 ** 75;
const CONTENT_LENGTH = 1_000_000;

/** Runs our queue and worker on a Redis of its own. Only the work of a job may be simulated. */
export async function runScenario(scenario: Scenario): Promise<Outcome> {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-bench-fair-'));
  const redis = await startRedis({ dir, appendOnly: false });
  const [producer, consumer] = [createProducerConnection(redis.url), createConsumerConnection(redis.url)];
  try {
    await once(producer, 'ready');
    return await measure(scenario, { producer, consumer });
  } finally {
    producer.disconnect();
    consumer.disconnect();
    await redis.stop();
    await rm(dir, { recursive: true });
  }
}

/** An object: a promise for a promise would wait for both. */
interface Reported {
  readonly ended: Promise<void>;
}

interface Connections {
  readonly producer: ReturnType<typeof createProducerConnection>;
  readonly consumer: ReturnType<typeof createConsumerConnection>;
}

async function measure(scenario: Scenario, { producer, consumer }: Connections): Promise<Outcome> {
  const prefix = 'fair';
  const queue = createRenderQueue({ connection: producer, prefix });
  const uploads = new Map<string, { tenant: string; reportedAt: number; ended: () => void }>();
  const floodLane = scenario.flood?.isHeavy ? 'heavy' : 'light';
  const heavySlots = createHeavySlots({ slotsMax: scenario.slots / 2 });
  const slotMs = { flood: 0, others: 0 };
  const othersMs: number[] = [];
  let isMeasuring = false;

  async function report(tenant: string): Promise<Reported> {
    const image = newImage(scenario.order === 'fifo' ? 'everybody' : tenant);
    await queue.awaitUploads([image], 3600_000);
    const { promise, resolve } = Promise.withResolvers<void>();
    uploads.set(image.imageId, { tenant, reportedAt: performance.now(), ended: resolve });
    await queue.reportUpload(image.imageId);
    return { ended: promise };
  }

  const worker = createRenderWorker({
    connection: consumer,
    prefix,
    concurrency: scenario.slots,
    onError: (error) => console.error(error),
    async handle(image) {
      const upload = uploads.get(image.imageId);
      if (!upload) throw new Error('unknown image');
      const startedAt = performance.now();
      const isFlood = upload.tenant === FLOOD;
      const heavy = heavySlots.begin(image);
      const busy = heavy.take(isFlood ? floodLane : 'light');
      if (busy) return busy;
      await (isFlood ? scenario.flood?.work() : scenario.others());
      heavy.end(true);
      if (isMeasuring) slotMs[isFlood ? 'flood' : 'others'] += performance.now() - startedAt;
      if (!isFlood) othersMs.push(performance.now() - upload.reportedAt);
      upload.ended();
      return { outcome: 'ready' };
    },
  });
  const lane = await awaitPending(scenario, { producer, consumer, queue, prefix });
  await addStanding(producer, `${prefix}:render:prioritized`, scenario.standing ?? 0);
  const flood = scenario.flood?.jobs ?? 0;
  for (let first = 0; first < flood; first += REPORTS_AT_ONCE) {
    const count = Math.min(REPORTS_AT_ONCE, flood - first);
    await Promise.all(Array.from({ length: count }, () => report(FLOOD)));
  }
  isMeasuring = true;
  const reported = await Promise.all(await arrivals(scenario, report));
  isMeasuring = false;
  await Promise.all(reported.map(({ ended }) => ended));
  await Promise.all([worker.close(0), lane?.close()]);
  return { othersMs, floodShare: slotMs.flood / Math.max(1, slotMs.flood + slotMs.others) };
}

async function awaitPending(
  { pending }: Scenario,
  { consumer, queue, prefix }: Connections & { readonly queue: RenderQueue; readonly prefix: string },
) {
  if (!pending) return undefined;
  const { tickets, storage } = pending;
  for (let added = 0; added < tickets; added += PENDING_AT_ONCE) {
    const images = Array.from({ length: PENDING_AT_ONCE }, () => newImage('pending'));
    await queue.awaitUploads(images, 1);
  }
  return runLookLane({
    connection: consumer,
    prefix,
    queue,
    uploadGraceMs: 0,
    outages: createOutages([]),
    async find(looks, signal) {
      const { objects } = await storage.list({ prefix: prefixes.originals, signal });
      if (objects.length > 0) throw new Error('the bucket is not empty');
      return { present: new Set(), open: new Set(), requests: looks.length > 0 ? 1 : 0 };
    },
    onError: (error) => console.error(error),
  });
}

async function addStanding(redis: Connections['producer'], key: string, count: number): Promise<void> {
  for (let added = 0; added < count; added += STANDING_AT_ONCE) {
    const entries = Array.from({ length: STANDING_AT_ONCE }, (_, index) => [BEHIND_ALL + added + index, uuidv7()]);
    await redis.zadd(key, ...entries.flat());
  }
}

/** Poisson arrivals of the nine tenants. */
async function arrivals(
  { seconds, othersPerSecond }: Scenario,
  report: (tenant: string) => Promise<Reported>,
): Promise<Promise<Reported>[]> {
  const reported: Promise<Reported>[] = [];
  const startedAt = performance.now();
  let atMs = 0;
  while (atMs < seconds * 1000) {
    atMs += (-Math.log(1 - Math.random()) / othersPerSecond) * 1000;
    await delay(Math.max(0, startedAt + atMs - performance.now()));
    reported.push(report(`tenant-${Math.floor(Math.random() * OTHERS)}`));
  }
  return reported;
}

function newImage(tenant: string) {
  const address = {
    imageId: ImageId.parse(uuidv7()),
    tenant: Tenant.parse(tenant),
    category: 'avatar' as const,
    contentType: 'image/jpeg' as const,
  };
  const now = Date.now();
  return {
    ...address,
    originalKey: originalKey(address),
    contentLength: CONTENT_LENGTH,
    metadata: {},
    createdAt: new Date(now).toISOString(),
    uploadExpiresAt: new Date(now + 24 * 3600_000).toISOString(),
  };
}
