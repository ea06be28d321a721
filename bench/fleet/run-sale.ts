import { setTimeout as delay } from 'node:timers/promises';
import { createManifests } from '@imagemill/manifests';
import { createS3Storage } from '@imagemill/storage';
import { ImageId } from '@imagemill/variants';
import { manifest } from '../../acceptance/kubernetes/manifests.ts';
import { createAutoscaler } from '../../acceptance/test-support/autoscaler.ts';
import type { Contenders } from '../api/contenders.ts';
import { readBacklog } from './backlog.ts';
import { type Cpu, cpuOf, difference } from './cpu.ts';
import { type Outcome, timesOf } from './image-times.ts';
import { createPinnedWorkers } from './pinned-workers.ts';
import { lookAt, smallPhotos, type Uploaded, uploadMany, uploadOne } from './sellers.ts';
import { createSideWork } from './side-work.ts';

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
  /** From each upload until its seller saw the smallest rendition, in seconds. */
  readonly seenS: readonly number[];
  readonly cpuSeconds: { readonly workers: number } & Cpu;
}

export interface SaleSize {
  readonly uploads: number;
  /** Of the uploads. */
  readonly seconds: number;
  /** KEDA's; those of the ScaledObject if absent. */
  readonly times?: { readonly pollingInterval: number; readonly cooldownPeriod: number };
}

/**
 * A burst of uploads onto one edge and no worker, an autoscaler by the rules of the ScaledObject, silence, and one late upload that is not
 * reported. Each seller's app asks the edge for the smallest rendition after the upload.
 */
export async function runSale(contenders: Contenders, { uploads: count, seconds, times }: SaleSize): Promise<Sale> {
  const { ours, env, client } = contenders;
  const scaled = manifest('ScaledObject', 'imagemill-worker');
  const spec = { ...scaled.spec, ...times, maxReplicaCount: WORKERS_MAX };
  const autoscaler = createAutoscaler({ ...scaled, spec });
  const workers = createPinnedWorkers(env);
  const beside = createSideWork();
  const samples: Sample[] = [];
  const startedAtMs = Date.now();
  const elapsed = () => (Date.now() - startedAtMs) / 1000;
  let wanted = 0;

  const scale = async () => {
    wanted = autoscaler.decide(await readBacklog(ours), wanted, elapsed());
    workers.scaleTo(wanted);
  };
  const sample = async () => {
    samples.push({
      atS: elapsed(),
      backlog: await readBacklog(ours),
      workersWanted: wanted,
      workersReady: workers.ready(),
    });
  };
  const after = async (is: () => boolean) => {
    await beside.until(is);
    return elapsed();
  };

  const edge = await contenders.startEdge();
  const before = await cpuOf(contenders, edge.pid);
  const loops = [beside.every((spec.pollingInterval ?? 30) * 1000, scale), beside.every(SAMPLE_MS, sample)];
  try {
    const photos = await smallPhotos();
    const looks: Promise<number>[] = [];
    const look = (uploaded: Uploaded) => void looks.push(beside.watched(lookAt(edge.url, uploaded, beside.signal)));
    const uploaded = await uploadMany(ours, photos, { uploads: count, seconds }, look);
    const uploadsEndedS = elapsed();
    const drainedS = await after(() => isDrained(samples.at(-1), uploadsEndedS));
    const seenS = await Promise.all(looks);
    const cpu = difference(await cpuOf(contenders, edge.pid), before);
    const cpuSeconds = { workers: await workers.cpuSeconds(), ...cpu };
    const zeroS = await after(() => wanted === 0 && workers.ready() === 0);
    const late = await uploadOne(ours, photos[0] ?? Buffer.alloc(0), { isReported: false });
    const wakeS = await wakeTime(client, late, beside.signal);
    beside.end();
    await Promise.all(loops);
    const outcome = await timesOf(client, uploaded);
    return { ...outcome, uploads: count, startedAtMs, samples, drainedS, zeroS, wakeS, seenS, cpuSeconds };
  } finally {
    beside.end();
    await workers.stop();
  }
}

const isDrained = (last: Sample | undefined, sinceS: number) => last?.backlog === 0 && last.atS > sinceS;

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
