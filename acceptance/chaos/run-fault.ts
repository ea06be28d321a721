import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Chaos, Fault, FaultSize } from './fault.ts';
import { openBucket } from './judge/bucket.ts';
import { countFault } from './judge/count-fault.ts';
import { watchManifests } from './judge/manifest-watch.ts';
import type { Interruption } from './judge/recoveries.ts';
import { createApi } from './load/api.ts';
import { type Load, startLoad } from './load/load.ts';
import { createPictures, prepared } from './load/pictures.ts';
import { createRandom } from './random.ts';
import type { FaultReport } from './report/fault-report.ts';
import { missedGoals } from './report/missed-goals.ts';
import { startChaosStack } from './stack/chaos-stack.ts';

/** Images that must be uploaded before the fault starts. */
const WARM_UP_UPLOADS = 4;

export interface RunOptions {
  readonly size: FaultSize;
  readonly seed: number;
  readonly say: (progress: string) => void;
  /** Stops the run and all its processes. */
  readonly signal: AbortSignal;
}

/**
 * Runs one fault with its own Redis, S3 server, API, workers and sellers, and checks every upload. If a goal was missed, the logs
 * are kept, and the report contains their folder.
 */
export async function runFault(fault: Fault, options: RunOptions): Promise<FaultReport> {
  const startedAt = performance.now();
  const dir = await mkdtemp(join(tmpdir(), `imagemill-chaos-${fault.name}-`));
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal, AbortSignal.timeout(options.size.withinMs)]);
  try {
    const counted = await run(fault, dir, { ...options, signal });
    const report: FaultReport = {
      fault: fault.name,
      description: fault.description.replace('{rounds}', String(options.size.rounds)),
      ...counted,
      durationMs: Math.round(performance.now() - startedAt),
      seed: options.seed,
    };
    const missed = [...counted.missed, ...missedGoals(report), ...(fault.missed?.(report) ?? [])];
    if (missed.length > 0) return { ...report, missed, logs: dir };
    await rm(dir, { recursive: true, force: true });
    return report;
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    const { withinMs } = options.size;
    const why = signal.aborted ? `it took more than ${withinMs / 1000} s` : String(error);
    throw new Error(`${fault.name} did not complete: ${why} (logs: ${dir})`, { cause: error });
  } finally {
    // Otherwise the sellers of a failed run would continue.
    over.abort();
  }
}

async function run(fault: Fault, dir: string, { size, seed, signal, say }: RunOptions) {
  // Two generators: the number of uploads must not affect the fault's choices.
  const [random, sellersRandom] = [createRandom(seed), createRandom(seed + 1)];
  const plan: { deliveries: () => readonly number[] } = { deliveries: () => [0] };
  let load: Load | undefined;
  const stack = await startChaosStack(dir, fault.stack ?? {}, (imageId) =>
    load?.uploads.get(imageId)?.report === 'call' ? [] : plan.deliveries(),
  );
  const bucket = openBucket(stack.s3);
  const watch = watchManifests(bucket, fault.watchEveryMs);
  const notes: string[] = [];
  const note = (sentence: string) => void notes.push(sentence);
  const missed: string[] = [];
  const interruptions: Interruption[] = [];
  try {
    const api = createApi(stack);
    const { uploadEveryMs, pictureSideMax, preparedPictures = 0 } = size;
    if (preparedPictures > 0) say('generating pictures');
    const nextPicture = await prepared(await createPictures(sellersRandom, pictureSideMax), preparedPictures);
    const { keepsRate = false } = fault;
    load = startLoad({ api, nextPicture, random: sellersRandom, uploadEveryMs, keepsRate, signal, note });
    const chaos: Chaos = {
      stack,
      load,
      random,
      rounds: size.rounds,
      signal,
      note,
      say,
      fail: (sentence) => void missed.push(sentence),
      lostWorker: (pid) => void interruptions.push({ pid, atMs: Date.now() }),
      pause: (ms) => delay(ms, undefined, { signal }),
      deliverEvents: (deliveries) => {
        plan.deliveries = deliveries;
      },
    };
    await load.uploaded(WARM_UP_UPLOADS);
    await fault.inject(chaos);
    await load.stop();
    await fault.repair?.(chaos);
    say(`${load.uploads.size} tickets; waiting for the last images`);
    const after = { api, bucket, watch, load, interruptions, notes, signal, logs: stack.logs, size, say };
    return { ...(await countFault(after)), missed };
  } finally {
    await watch.stop().catch(() => {});
    await stack.close();
    bucket.close();
  }
}
