import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { lowerSession } from '@imagemill/local-stack';
import type { EvenLoad } from '../load/at-even-rate.ts';
import { cpuOfThreadsMs } from '../load/cpu-of-threads.ts';
import type { Contender } from './contenders.ts';
import { measureEvenHits } from './measure-hits.ts';

const SENDER = fileURLToPath(new URL('./hostile-sender.ts', import.meta.url));
const SENDER_NICE = 19;

export interface Hostile {
  readonly hitsPerSecond: number;
  readonly edge: Beside;
  /** Node's bare HTTP server in place of the edge. */
  readonly floor: Beside;
}

interface Beside {
  readonly alone: EvenLoad;
  readonly beside: EvenLoad;
  /** As it was sent: the sender has the lowest priority. */
  readonly hostilePerSecond: number;
  /** CPU of the contender's own process for one hostile request. */
  readonly cpuMs: number;
}

interface HostileLoad {
  /** Its path, which both contenders serve from memory. */
  readonly hit: string;
  readonly hitsPerSecond: number;
  readonly imageId: string;
  /** The one that the edge renders: an unknown image with another one is found out sooner. */
  readonly revision: string;
  readonly hostilePerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly rounds: number;
}

/**
 * Good hits at an even rate, alone and beside requests that must not cost anything, in turns. The median round counts.
 *
 * The sender stands for machines elsewhere. On these cores it gets what the service leaves idle, and what it takes nevertheless is seen at the
 * floor. Both contenders get hostile requests before the first round: V8 compiles what runs for thousands of requests.
 */
export async function measureHostile(edge: Contender, floor: Contender, load: HostileLoad): Promise<Hostile> {
  const rounds: { edge: Beside; floor: Beside }[] = [];
  for (const contender of [edge, floor]) await warmUp(contender, load);
  for (let round = 0; round < load.rounds; round++) {
    rounds.push({ edge: await measureOne(edge, load), floor: await measureOne(floor, load) });
    console.log('hostile', rounds.at(-1));
  }
  return {
    hitsPerSecond: load.hitsPerSecond,
    edge: medianOf(rounds.map((round) => round.edge)),
    floor: medianOf(rounds.map((round) => round.floor)),
  };
}

async function warmUp(contender: Contender, load: HostileLoad): Promise<void> {
  const sender = startSender(contender, load);
  await measureEvenHits(contender, load.hit, load.hitsPerSecond, load.warmUpSeconds);
  await sender.stop();
}

async function measureOne(contender: Contender, load: HostileLoad): Promise<Beside> {
  const { hit, hitsPerSecond, seconds } = load;
  const measure = async () => {
    const before = cpuOfThreadsMs(contender.pid);
    const hits = await measureEvenHits(contender, hit, hitsPerSecond, seconds);
    return { hits, cpuMs: cpuOfThreadsMs(contender.pid) - before };
  };
  const alone = await measure();
  const sender = startSender(contender, load);
  try {
    const before = await sender.sent();
    const beside = await measure();
    const sent = (await sender.sent()) - before;
    return {
      ...{ alone: alone.hits, beside: beside.hits },
      ...{ hostilePerSecond: sent / seconds, cpuMs: (beside.cpuMs - alone.cpuMs) / sent },
    };
  } finally {
    await sender.stop();
  }
}

function startSender({ url }: Contender, { imageId, revision, hostilePerSecond }: HostileLoad) {
  const child = fork(SENDER, [url, imageId, revision, String(hostilePerSecond)], { detached: true });
  lowerSession(child.pid, SENDER_NICE);
  const exited = once(child, 'exit');
  return {
    /** Requests since its start. Waits for that. */
    async sent(): Promise<number> {
      child.send('sent');
      const [count] = await once(child, 'message');
      return count;
    },
    async stop() {
      child.disconnect();
      await exited;
      // The contender ends what it has begun.
      await delay(500);
    },
  };
}

function medianOf(rounds: readonly Beside[]): Beside {
  const median = (figure: (round: Beside) => number) =>
    rounds.map(figure).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? 0;
  const load = (of: (round: Beside) => EvenLoad): EvenLoad => ({
    perSecond: median((round) => of(round).perSecond),
    p50Ms: median((round) => of(round).p50Ms),
    p99Ms: median((round) => of(round).p99Ms),
  });
  return {
    alone: load(({ alone }) => alone),
    beside: load(({ beside }) => beside),
    hostilePerSecond: median(({ hostilePerSecond }) => hostilePerSecond),
    cpuMs: median(({ cpuMs }) => cpuMs),
  };
}
