import { setTimeout as delay } from 'node:timers/promises';
import type { EndReason, EngineProcess } from './engine-process.ts';
import type { PoolEvent } from './pool-event.ts';
import type { UsageReader } from './usage-reader.ts';

export interface RosterOptions {
  readonly size: number;
  /** A process is replaced after this many images. */
  readonly imagesMax: number;
  /** Memory above which an idle process is replaced. */
  readonly idleBytesMax: number;
  readonly usage: UsageReader;
  /** @param signal ends the process while it starts */
  readonly spawn: (signal: AbortSignal) => Promise<EngineProcess>;
  /** Called when a process is idle that was not before. */
  readonly onIdle: () => void;
  readonly onEvent: ((event: PoolEvent) => void) | undefined;
}

/**
 * The engine processes of a worker: one from the start, and up to `size` on demand. One that ends or is retired is replaced. After
 * some images, one more than are busy is started: a burst that waited for starts would delay every tenant by seconds on a busy machine.
 *
 *     starting ─► idle ─► busy ─► idle …
 *        └────────┴────────┴──► ended, replaced
 */
export interface Roster {
  readonly idle: readonly EngineProcess[];
  readonly size: number;
  /** Processes that have started and not ended, idle or busy. */
  readonly alive: number;
  /** Starts the first process. @throws Error if it does not start */
  open(): Promise<void>;
  /** Starts one more process in the background, unless one is starting already, or there are `size`. */
  grow(): void;
  /** Takes an idle process out of `idle`. */
  take(process: EngineProcess): void;
  /** Makes a process idle again, or ends it if it has had its share of images, has grown, or was slowed down. */
  giveBack(process: EngineProcess): Promise<void>;
  /** Ends all processes, and waits until they have ended. */
  close(): Promise<void>;
}

/** Images after which a process is kept in reserve. Before that, it would cost more than it saves: an idle worker has one process. */
const RESERVE_AFTER_IMAGES = 10;
const FIRST_DELAY_MS = 500;
const DELAY_MS_MAX = 30_000;

export function createRoster(options: RosterOptions): Roster {
  const alive = new Set<EngineProcess>();
  const closing = new AbortController();
  let idle: readonly EngineProcess[] = [];
  let filling: Promise<void> | undefined;
  let wanted = 1;
  let images = 0;

  async function start(): Promise<void> {
    const process = await options.spawn(closing.signal);
    alive.add(process);
    void process.ended.then((reason) => remove(process, reason));
    options.onEvent?.({ is: 'started', pid: process.pid });
    idle = [...idle, process];
    options.onIdle();
  }

  function remove(process: EngineProcess, reason: EndReason): void {
    alive.delete(process);
    options.usage.forget(process.pid);
    options.onEvent?.({ is: 'ended', pid: process.pid, reason });
    idle = idle.filter((other) => other !== process);
    fill();
  }

  /** One at a time: the start of a process keeps a core busy. */
  function fill(): void {
    filling ??= startMissing().finally(() => {
      filling = undefined;
    });
  }

  async function startMissing(): Promise<void> {
    while (!closing.signal.aborted && alive.size < wanted) {
      await untilStarted(start, (error) => options.onEvent?.({ is: 'start-failed', error }), closing.signal);
    }
  }

  function grow(): void {
    if (alive.size < wanted || wanted === options.size) return;
    wanted += 1;
    fill();
  }

  return {
    get idle() {
      return idle;
    },
    get alive() {
      return alive.size;
    },
    size: options.size,
    open: start,
    grow,
    take(process) {
      idle = idle.filter((other) => other !== process);
      images += 1;
      if (idle.length === 0 && images > RESERVE_AFTER_IMAGES) grow();
    },
    async giveBack(process) {
      const isRetired = await mustRetire(process, options);
      if (!alive.has(process)) return;
      if (isRetired) return retire(process);
      idle = [...idle, process];
      options.onIdle();
    },
    async close() {
      closing.abort();
      await Promise.all([filling, endAll(alive)]);
    },
  };
}

async function retire(process: EngineProcess): Promise<void> {
  process.kill('replaced', new Error('The process is replaced.'));
  await process.ended;
}

async function endAll(processes: ReadonlySet<EngineProcess>): Promise<void> {
  const ending = [...processes];
  for (const process of ending) process.kill('closed', new Error('The engine was closed.'));
  await Promise.all(ending.map(({ ended }) => ended));
}

/** Whether it has had its share of images, has grown, or was slowed down. */
async function mustRetire(process: EngineProcess, { usage, imagesMax, idleBytesMax }: RosterOptions): Promise<boolean> {
  const { memoryBytes = 0 } = (await usage.read([process.pid])).get(process.pid) ?? {};
  return memoryBytes > idleBytesMax || process.isSlow || process.images >= imagesMax;
}

/** A start that fails is repeated, after a delay that doubles. */
async function untilStarted(start: () => Promise<void>, onFailed: (error: unknown) => void, closing: AbortSignal) {
  for (let waitMs = FIRST_DELAY_MS; !closing.aborted; waitMs = Math.min(2 * waitMs, DELAY_MS_MAX)) {
    try {
      return await start();
    } catch (error) {
      if (closing.aborted) return;
      onFailed(error);
      await delay(waitMs, undefined, { signal: closing }).catch(() => {});
    }
  }
}
