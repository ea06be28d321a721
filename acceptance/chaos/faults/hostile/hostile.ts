import type { Chaos, Fault } from '../../fault.ts';
import { finalStates } from '../../judge/final-states.ts';
import { createApi } from '../../load/api.ts';
import type { Upload } from '../../load/load.ts';
import { type Attacks, prepareAttacks } from './attacks.ts';
import { niceness, spawnAtPriority } from './client-program.ts';
import { type Latencies, measureLatencies, p99 } from './latencies.ts';
import { type CpuUse, watchCores, watchCpu } from './process-cpu.ts';
import { describeMemory, watchMemory } from './process-memory.ts';

const BUSY_LOOP = new URL('./busy-loop.ts', import.meta.url);
const MIB = 1024 * 1024;
/** The limit that the workers are configured with. */
const WORKER_MEMORY_MB = 1_620;
/** Goal: the 99th percentile of the other tenant's times may be this many times as long as without attacks. */
const SLOWDOWN_MAX = 2;
const SETTLE_MS = 120_000;
/** Shorter runs have smaller pictures, each of them once, share the machine and only note the times. */
const FULL_SECONDS = 120;

export const hostile: Fault = {
  name: 'hostile',
  description:
    'one tenant sends the most expensive pictures and requests that its key allows, for {rounds} s, while another uploads',
  full: {
    rounds: FULL_SECONDS,
    withinMs: 1_200_000,
    pictureSideMax: 900,
    uploadEveryMs: 1_000,
    preparedPictures: 450,
    settleWithinMs: 300_000,
  },
  short: { rounds: 10, withinMs: 320_000, pictureSideMax: 400, uploadEveryMs: 1_000, settleWithinMs: 120_000 },
  stack: {
    workers: 1,
    limitsTenants: true,
    workerEnv: () => ({ WORKER_MEMORY_MB: String(WORKER_MEMORY_MB), ENGINE_PROCESSES: '3' }),
  },
  keepsRate: true,
  watchEveryMs: 5_000,
  unavailable: async () => (process.platform === 'linux' ? undefined : 'it reads /proc'),
  async inject(chaos) {
    const { stack, rounds, say, signal, fail, note } = chaos;
    say('generating the hostile pictures');
    const isFull = rounds >= FULL_SECONDS;
    const timesMax = isFull ? Number.POSITIVE_INFINITY : 1;
    const attacks = await prepareAttacks(stack, { scale: Math.min(rounds / FULL_SECONDS, 1), timesMax, signal });
    const memory = stack.workers.map((worker) => watchMemory(() => worker.pid));
    const status = measureLatencies(`${stack.apiUrl}/v1/images?limit=1`, stack.uploadKey);
    try {
      say(`${rounds} s without attacks`);
      const before = await observe(chaos, status, attacks.pids);
      await attacks.begin();
      say(`${rounds} s with attacks`);
      const during = await observe(chaos, status, attacks.pids);
      const { summary, unfinished } = await attacks.end();
      for (const sentence of summary) note(sentence);
      if (unfinished > 0) fail(`${unfinished} hostile pictures did not finish`);
      say(`${rounds} s beside a busy loop`);
      const beside = await besideBusyLoop(during.cores['sender of requests'] ?? 0, () =>
        observe(chaos, status, attacks.pids),
      );
      compare(chaos, {
        idle: await summarise(chaos, before),
        attacked: await summarise(chaos, during),
        beside: await summarise(chaos, beside),
      });
    } finally {
      for (const program of [attacks, status]) program.close();
      await Promise.all(memory.map((watch) => watch.stop()));
    }
    for (const watch of memory) {
      note(`peak memory of a worker with its engine processes: ${describeMemory(watch)} (limit ${WORKER_MEMORY_MB})`);
      if (watch.peak.chargedBytes > WORKER_MEMORY_MB * MIB) fail('a worker exceeded its memory limit');
    }
    for (const { name, exits } of [stack.api, ...stack.workers]) {
      if (exits.length > 0) fail(`${name} died ${exits.length} times`);
    }
  },
};

interface Figures {
  /** 99th percentiles in milliseconds. */
  readonly readyMs: number;
  readonly apiMs: number;
  readonly api: CpuUse;
  readonly worker: CpuUse;
  /** Mean use of CPU by group of processes. */
  readonly cores: Cores;
}

type Cores = Readonly<Record<string, number>>;

interface Phases {
  readonly idle: Figures;
  readonly attacked: Figures;
  /** Without attacks, beside a loop that takes as much CPU as their sender: a floor on machines that they share. */
  readonly beside: Figures;
}

function compare({ rounds, note, fail }: Chaos, { idle, attacked, beside }: Phases): void {
  const measures = [
    ['readyMs', 'time to ready'],
    ['apiMs', "API's response time"],
  ] as const;
  for (const [key, measure] of measures) {
    const others = `${shown(idle[key])} without attacks, ${shown(beside[key])} beside a busy loop`;
    note(`99th percentile of the ${measure}: ${others}, ${shown(attacked[key])} with attacks`);
    const isSlow = attacked[key] > SLOWDOWN_MAX * idle[key];
    if (rounds >= FULL_SECONDS && isSlow) fail(`the ${measure} grew by more than ${SLOWDOWN_MAX} times`);
  }
  for (const name of ['api', 'worker'] as const) {
    const [before, during] = [shownUse(idle[name]), shownUse(attacked[name])];
    note(`main process of the ${name}: ${before} without attacks, ${during} with attacks`);
  }
  const shares = Object.entries(attacked.cores).map(
    ([name, cores]) => `${name} ${(idle.cores[name] ?? 0).toFixed(2)} and ${cores.toFixed(2)}`,
  );
  note(`cores used by each part, without and with attacks: ${shares.join(', ')}`);
}

async function besideBusyLoop<T>(cores: number, work: () => Promise<T>): Promise<T> {
  const loop = spawnAtPriority(BUSY_LOOP, niceness.attacker, [String(cores)], ['pipe', 'ignore', 'inherit']);
  try {
    return await work();
  } finally {
    loop.kill('SIGKILL');
  }
}

/** Time without a core is the machine's, not the process's own. */
const shownUse = ({ cores, waiting }: CpuUse) =>
  `${cores.toFixed(2)} cores, and ${Math.round(100 * waiting)} % of the time without a core`;

const shown = (ms: number) => (Number.isFinite(ms) ? `${Math.round(ms)} ms` : 'none');

interface Observed extends Pick<Figures, 'api' | 'worker' | 'cores'> {
  readonly uploads: readonly Upload[];
  readonly apiMs: readonly number[];
}

async function observe(
  { load, pause, rounds, stack }: Chaos,
  responses: Latencies,
  attackers: Attacks['pids'],
): Promise<Observed> {
  const from = Date.now();
  await responses.take();
  const worker = stack.workers[0]?.pid;
  const [apiUse, workerUse] = [watchCpu(stack.api.pid), watchCpu(worker)];
  const parts = { API: stack.api.pid, worker, Redis: stack.redis.pid, 'S3 server': stack.s3Pid, harness: process.pid };
  const cores = watchCores({ ...parts, ...attackers });
  await pause(rounds * 1_000);
  const uploads = [...load.uploads.values()].filter(({ uploadedAtMs = 0 }) => uploadedAtMs >= from);
  const apiMs = await responses.take();
  return { uploads, apiMs, api: apiUse(), worker: workerUse(), cores: byGroup(cores()) };
}

/** The engine processes are the descendants of the worker; the harness includes the sellers. */
function byGroup(used: ReturnType<ReturnType<typeof watchCores>>): Cores {
  const own = Object.entries(used).map(([name, cores]) => [name, cores.own] as const);
  const { worker } = used;
  return { ...Object.fromEntries(own), 'engine processes': worker ? worker.family - worker.own : 0 };
}

/** Waits until the uploads have finished. */
async function summarise({ stack, signal }: Chaos, { uploads, apiMs, ...used }: Observed): Promise<Figures> {
  const ids = uploads.map(({ imageId }) => imageId);
  const states = await finalStates(createApi(stack), ids, SETTLE_MS, signal);
  const readyMs = uploads
    .filter(({ expected }) => expected === 'ready')
    .map(({ imageId, uploadedAtMs = 0 }) => Date.parse(states.get(imageId)?.readyAt ?? '') - uploadedAtMs)
    .map((ms) => (Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms));
  return { readyMs: p99(readyMs), apiMs: p99(apiMs), ...used };
}
