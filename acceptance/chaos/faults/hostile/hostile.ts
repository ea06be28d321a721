import type { Chaos, Fault } from '../../fault.ts';
import { finalStates } from '../../judge/final-states.ts';
import { createApi } from '../../load/api.ts';
import type { Upload } from '../../load/load.ts';
import { startAttacks } from './attacks.ts';
import { hostilePictures } from './hostile-pictures.ts';
import { type Latencies, measureLatencies, p99 } from './latencies.ts';
import { watchMemory } from './process-memory.ts';

const MIB = 1024 * 1024;
/** The limit that the workers are configured with. */
const WORKER_MEMORY_MB = 1_500;
/** Goal: the 99th percentile of the other tenant's times may be this many times as long as without attacks. */
const SLOWDOWN_MAX = 2;
const SETTLE_MS = 120_000;
/** Shorter runs have smaller pictures, share the machine and only note the times. */
const FULL_SECONDS = 120;

export const hostile: Fault = {
  name: 'hostile',
  description:
    'one tenant sends the most expensive pictures and requests that its key allows, for {rounds} s, while another uploads',
  full: { rounds: FULL_SECONDS, withinMs: 900_000, pictureSideMax: 900, uploadEveryMs: 1_000, settleWithinMs: 300_000 },
  short: { rounds: 10, withinMs: 280_000, pictureSideMax: 400, uploadEveryMs: 1_000, settleWithinMs: 120_000 },
  stack: {
    workers: 1,
    limitsTenants: true,
    workerEnv: () => ({ WORKER_MEMORY_MB: String(WORKER_MEMORY_MB), ENGINE_PROCESSES: '3' }),
  },
  keepsRate: true,
  unavailable: async () => (process.platform === 'linux' ? undefined : 'it reads /proc'),
  async inject(chaos) {
    const { stack, rounds, say, signal, fail, note } = chaos;
    say('generating the hostile pictures');
    const pictures = await hostilePictures(Math.min(rounds / FULL_SECONDS, 1));
    const memory = stack.workers.map((worker) => watchMemory(() => worker.pid));
    const status = measureLatencies(`${stack.apiUrl}/v1/images?limit=1`, {
      authorization: `Bearer ${stack.uploadKey}`,
    });
    try {
      say(`${rounds} s without attacks`);
      const before = await observe(chaos, status);
      const attacks = startAttacks(stack, pictures, signal);
      say(`${rounds} s with attacks`);
      const during = await observe(chaos, status);
      const { summary, unfinished } = await attacks.stop();
      note(summary);
      if (unfinished > 0) fail(`${unfinished} hostile pictures did not finish`);
      compare(chaos, await summarise(chaos, before), await summarise(chaos, during));
    } finally {
      await status.stop();
      await Promise.all(memory.map((watch) => watch.stop()));
    }
    const peakMb = Math.max(...memory.map(({ peakBytes }) => peakBytes)) / MIB;
    note(`peak memory of a worker with its engine processes: ${Math.round(peakMb)} MiB of ${WORKER_MEMORY_MB}`);
    if (peakMb > WORKER_MEMORY_MB) fail('a worker exceeded its memory limit');
    for (const { name, exits } of [stack.api, ...stack.workers]) {
      if (exits.length > 0) fail(`${name} died ${exits.length} times`);
    }
  },
};

interface Percentiles {
  readonly readyMs: number;
  readonly apiMs: number;
}

function compare({ rounds, note, fail }: Chaos, idle: Percentiles, attacked: Percentiles): void {
  const measures = [
    ['readyMs', 'time to ready'],
    ['apiMs', "API's response time"],
  ] as const;
  for (const [key, measure] of measures) {
    note(`99th percentile of the ${measure}: ${shown(idle[key])} without, ${shown(attacked[key])} with attacks`);
    const isSlow = attacked[key] > SLOWDOWN_MAX * idle[key];
    if (rounds >= FULL_SECONDS && isSlow) fail(`the ${measure} grew by more than ${SLOWDOWN_MAX} times`);
  }
}

const shown = (ms: number) => (Number.isFinite(ms) ? `${Math.round(ms)} ms` : 'none');

interface Observed {
  readonly uploads: readonly Upload[];
  readonly apiMs: readonly number[];
}

async function observe({ load, pause, rounds }: Chaos, api: Latencies): Promise<Observed> {
  const from = Date.now();
  api.take();
  await pause(rounds * 1_000);
  const uploads = [...load.uploads.values()].filter(({ uploadedAtMs = 0 }) => uploadedAtMs >= from);
  return { uploads, apiMs: api.take() };
}

/** Waits until the uploads have finished. @returns 99th percentiles in milliseconds */
async function summarise({ stack, signal }: Chaos, { uploads, apiMs }: Observed): Promise<Percentiles> {
  const ids = uploads.map(({ imageId }) => imageId);
  const states = await finalStates(createApi(stack), ids, SETTLE_MS, signal);
  const readyMs = uploads
    .filter(({ expected }) => expected === 'ready')
    .map(({ imageId, uploadedAtMs = 0 }) => Date.parse(states.get(imageId)?.readyAt ?? '') - uploadedAtMs)
    .map((ms) => (Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms));
  return { readyMs: p99(readyMs), apiMs: p99(apiMs) };
}
