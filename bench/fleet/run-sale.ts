import { setTimeout as delay } from 'node:timers/promises';
import { createManifests } from '@imagemill/manifests';
import { createS3Storage } from '@imagemill/storage';
import { ImageId } from '@imagemill/variants';
import { manifest } from '../../acceptance/kubernetes/manifests.ts';
import { createAutoscaler } from '../../acceptance/test-support/autoscaler.ts';
import type { Contenders } from '../api/contenders.ts';
import { usageOf } from '../edge/process-usage.ts';
import { readBacklog } from './backlog.ts';
import { type Outcome, timesOf } from './image-times.ts';
import { createPinnedWorkers } from './pinned-workers.ts';
import { smallPhotos, type Uploaded, uploadMany, uploadOne } from './sellers.ts';

/** This machine has two cores, one for each worker. */
const WORKERS_MAX = 2;
const SAMPLE_MS = 1_000;

interface Sample {
  /** Seconds since the start of the sale. */
  readonly atS: number;
  readonly backlog: number;
  readonly workersWanted: number;
  readonly workersReady: number;
}

export interface Sale extends Outcome {
  readonly uploads: number;
  readonly startedAtMs: number;
  readonly samples: readonly Sample[];
  /** Until all images were ready, and until the fleet was zero again. */
  readonly drainedS: number;
  readonly zeroS: number;
  /** After the sale: from an upload that was not reported until its last rendition, with no worker before. */
  readonly wakeS: number;
  readonly cpuSeconds: { readonly workers: number; readonly api: number; readonly redis: number; readonly s3: number };
}

export interface SaleSize {
  readonly uploads: number;
  /** Of the uploads. */
  readonly seconds: number;
  /** KEDA's; those of the ScaledObject if absent. */
  readonly times?: { readonly pollingInterval: number; readonly cooldownPeriod: number };
}

/** A burst of uploads onto no worker, an autoscaler by the rules of the ScaledObject, silence, and one late upload that is not reported. */
export async function runSale(contenders: Contenders, { uploads: count, seconds, times }: SaleSize): Promise<Sale> {
  const { ours, env, client } = contenders;
  const scaled = manifest('ScaledObject', 'imagemill-worker');
  const spec = { ...scaled.spec, ...times, maxReplicaCount: WORKERS_MAX };
  const autoscaler = createAutoscaler({ ...scaled, spec });
  const workers = createPinnedWorkers(env);
  const ending = new AbortController();
  const samples: Sample[] = [];
  const startedAtMs = Date.now();
  const elapsed = () => (Date.now() - startedAtMs) / 1000;
  let wanted = 0;

  const every = async (ms: number, work: () => Promise<void>) => {
    while (!ending.signal.aborted) {
      await work();
      await delay(ms, undefined, { signal: ending.signal }).catch(() => {});
    }
  };
  const scale = async () => {
    wanted = autoscaler.decide(await readBacklog(ours), wanted, elapsed());
    workers.scaleTo(wanted);
  };
  const sample = async () => {
    const backlog = await readBacklog(ours);
    samples.push({ atS: elapsed(), backlog, workersWanted: wanted, workersReady: workers.ready() });
  };
  const until = async (is: () => boolean) => {
    while (!is()) {
      ending.signal.throwIfAborted();
      await delay(SAMPLE_MS / 4);
    }
    return elapsed();
  };
  const last = () => samples.at(-1);

  const before = await cpuOf(contenders);
  const loops = [every((spec.pollingInterval ?? 30) * 1000, scale), every(SAMPLE_MS, sample)];
  for (const loop of loops) loop.catch((error: unknown) => ending.abort(error));
  try {
    const photos = await smallPhotos();
    const uploaded = await uploadMany(ours, photos, { uploads: count, seconds });
    const uploadsEndedS = elapsed();
    const drainedS = await until(() => last()?.backlog === 0 && (last()?.atS ?? 0) > uploadsEndedS);
    const after = await cpuOf(contenders);
    const cpuSeconds = { workers: await workers.cpuSeconds(), ...difference(after, before) };
    const zeroS = await until(() => wanted === 0 && workers.ready() === 0);
    const late = await uploadOne(ours, photos[0] ?? Buffer.alloc(0), { isReported: false });
    const wakeS = await wakeTime(client, late, ending.signal);
    ending.abort();
    await Promise.all(loops);
    const outcome = await timesOf(client, uploaded);
    return { ...outcome, uploads: count, startedAtMs, samples, drainedS, zeroS, wakeS, cpuSeconds };
  } finally {
    ending.abort();
    await workers.stop();
  }
}

async function cpuOf({ ours, pids }: Contenders) {
  const [api, redis, s3] = await Promise.all([ours.pid, pids.redis, pids.s3].map((pid) => usageOf(pid)));
  return { api: api?.cpuSeconds ?? 0, redis: redis?.cpuSeconds ?? 0, s3: s3?.cpuSeconds ?? 0 };
}

type Cpu = Awaited<ReturnType<typeof cpuOf>>;
const difference = (after: Cpu, before: Cpu): Cpu => ({
  api: after.api - before.api,
  redis: after.redis - before.redis,
  s3: after.s3 - before.s3,
});

/** Seconds from an upload until its image was ready. */
async function wakeTime(client: Contenders['client'], late: Uploaded, signal: AbortSignal): Promise<number> {
  const manifests = createManifests(createS3Storage({ client, bucket: 'originals' }));
  for (;;) {
    signal.throwIfAborted();
    const found = (await manifests.read(ImageId.parse(late.imageId)))?.manifest;
    if (found?.status === 'ready') return (Date.parse(found.readyAt) - late.atMs) / 1000;
    await delay(SAMPLE_MS);
  }
}
