import { setTimeout as delay } from 'node:timers/promises';
import type { NodeProcess, ProcessExit } from '@imagemill/local-stack';

/** A process that fails more often than this within the window has a fault that a restart does not fix. */
const RESTARTS_MAX = 5;
const WINDOW_MS = 60_000;
const FIRST_WAIT_MS = 250;

export interface KeptProcess {
  /** Id of the current process, or of the last one. */
  readonly pid: number;
  /** Settles with a message when the process fails too often to be restarted. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

interface KeepOptions {
  readonly name: string;
  /** @param isRestart false for the first start */
  readonly start: (isRestart: boolean, signal: AbortSignal) => Promise<NodeProcess>;
  readonly say: (message: string) => void;
  /** Called after each restart. */
  readonly onRestart: () => void;
  /** Delay before the first restart; it doubles for each further one. */
  readonly firstWaitMs?: number;
}

/**
 * Starts a process and restarts it if it exits: after 250 ms, then with delays that double, at most five times a minute.
 *
 *     starting ──► running ──exit──► waiting ──► starting …
 *                                      └──► failed: the sixth failure within a minute
 *
 * @throws the error of the first `start`; an error of a restart counts as a failure
 */
export async function keepRunning(options: KeepOptions): Promise<KeptProcess> {
  const { name, start, say, onRestart, firstWaitMs = FIRST_WAIT_MS } = options;
  const ending = new AbortController();
  const { signal } = ending;
  let current = await start(false, signal);
  const restarts: number[] = [];

  async function untilEnd(): Promise<string> {
    const exit = await current.exited;
    return `${name} exited with ${describe(exit)}.`;
  }

  /** @returns the reason if it did not start */
  async function restart(): Promise<string | undefined> {
    try {
      current = await start(true, signal);
    } catch (error) {
      return (error as Error).message;
    }
    say(`${name} is running again.`);
    onRestart();
    return undefined;
  }

  async function keep(): Promise<string> {
    let reason = await untilEnd();
    while (!signal.aborted) {
      const now = Date.now();
      const recent = restarts.filter((at) => at > now - WINDOW_MS);
      if (recent.length >= RESTARTS_MAX)
        return `${name} failed ${recent.length + 1} times within a minute. Last failure: ${reason}`;
      restarts.push(now);
      const waitMs = firstWaitMs * 2 ** recent.length;
      say(`${reason} It restarts in ${waitMs / 1000} s.`);
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
