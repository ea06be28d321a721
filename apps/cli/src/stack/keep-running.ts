import { setTimeout as delay } from 'node:timers/promises';
import type { NodeProcess, ProcessExit } from '@imagemill/local-stack';

/** One that ends more often than this within the window has a fault that another start does not mend. */
const RESTARTS_MAX = 5;
const WINDOW_MS = 60_000;
const FIRST_WAIT_MS = 250;

export interface KeptProcess {
  /** The process that runs now, or ran last. */
  readonly pid: number;
  /** Settles with a message when the process ends too often to be started again. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

interface KeepOptions {
  readonly name: string;
  /** @param isRestart whether it is not the first start */
  readonly start: (isRestart: boolean, signal: AbortSignal) => Promise<NodeProcess>;
  readonly say: (message: string) => void;
  /** After each restart. */
  readonly onRestart: () => void;
  /** How long it waits before the first restart; twice as long before each further one. */
  readonly firstWaitMs?: number;
}

/**
 * Starts a process, and starts it again when it ends by itself: after 250 ms, then after twice as long each time, and five times a
 * minute at most.
 *
 *     starting ──► running ──exit──► waiting ──► starting …
 *                                      └──► failed: the sixth exit within a minute
 *
 * @throws what `start` throws, for the first start alone
 */
export async function keepRunning(options: KeepOptions): Promise<KeptProcess> {
  const { name, start, say, onRestart, firstWaitMs = FIRST_WAIT_MS } = options;
  const ending = new AbortController();
  const { signal } = ending;
  let current = await start(false, signal);
  const restarts: number[] = [];

  async function untilEnd(): Promise<string> {
    const exit = await current.exited;
    return `it ended with ${describe(exit)}`;
  }

  /** @returns why it did not start */
  async function restart(): Promise<string | undefined> {
    try {
      current = await start(true, signal);
    } catch (error) {
      return (error as Error).message;
    }
    say(`${name} runs again.`);
    onRestart();
    return undefined;
  }

  async function keep(): Promise<string> {
    let reason = await untilEnd();
    while (!signal.aborted) {
      const now = Date.now();
      const recent = restarts.filter((at) => at > now - WINDOW_MS);
      if (recent.length >= RESTARTS_MAX) return `${name} ended ${recent.length + 1} times within a minute: ${reason}.`;
      restarts.push(now);
      const waitMs = firstWaitMs * 2 ** recent.length;
      say(`${name} has stopped: ${reason}. It starts again in ${waitMs / 1000} s.`);
      await delay(waitMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
      reason = (await restart()) ?? (await untilEnd());
    }
    return new Promise<never>(() => {});
  }

  return {
    get pid() {
      return current.pid;
    },
    failed: keep(),
    async stop() {
      ending.abort();
      await current.stop();
    },
  };
}

export const describe = ({ code, signal }: ProcessExit): string => signal ?? `code ${code}`;
