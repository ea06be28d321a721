import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type NodeProcess, type ProcessExit, startNodeProcess } from '@imagemill/local-stack';

const START_AGAIN_MS = 250;
/** A start takes seconds, also on a busy machine. A program whose backends are away ends, and is started again until they are back. */
const UP_WITHIN_MS = 90_000;

export interface SupervisedOptions {
  readonly name: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logs: string;
  /** Of its session. */
  readonly nice?: number;
}

/** A program that is restarted whenever it ends, as an orchestrator does. */
export interface Supervised {
  readonly name: string;
  /** The running process, if there is one. */
  readonly pid: number | undefined;
  /** Every exit so far, except those caused by close. */
  readonly exits: readonly ProcessExit[];
  /**
   * Waits for a running process.
   *
   * @returns its pid
   * @throws Error with the end of its log, if every start within the time limit failed
   */
  up(withinMs?: number): Promise<number>;
  /** Sends a signal to the running process. @returns false if there is none */
  send(signal: NodeJS.Signals): boolean;
  close(): Promise<void>;
}

/** Starts the program, each time with a separate log file: `{name}.{n}.log`. */
export function supervise({ name, entry, env, logs, nice }: SupervisedOptions): Supervised {
  const ending = new AbortController();
  const events = new EventEmitter().setMaxListeners(0);
  const exits: ProcessExit[] = [];
  let current: NodeProcess | undefined;
  let failure: unknown = 'its first start has not ended';

  async function keepUp(): Promise<void> {
    for (let start = 1; !ending.signal.aborted; start++) {
      const logFile = join(logs, `${name}.${start}.log`);
      const options = { name, entry, env, logFile, signal: ending.signal, ...(nice !== undefined && { nice }) };
      current = await startNodeProcess(options).catch((error: unknown) => {
        failure = error;
        return undefined;
      });
      if (!current) {
        // Redis or the buckets are unreachable: the program does not start until they are back.
        await delay(START_AGAIN_MS, undefined, { signal: ending.signal }).catch(() => {});
        continue;
      }
      events.emit('up');
      const exit = await current.exited;
      if (!ending.signal.aborted) exits.push(exit);
      current = undefined;
    }
  }
  const running = keepUp();

  return {
    name,
    exits,
    get pid() {
      return current?.pid;
    },
    async up(withinMs = UP_WITHIN_MS) {
      const late = AbortSignal.timeout(withinMs);
      const signal = AbortSignal.any([ending.signal, late]);
      while (!current) {
        await once(events, 'up', { signal }).catch((error: unknown) => {
          throw late.aborted ? new Error(`${name} is not up after ${withinMs / 1000} s: ${failure}`) : error;
        });
      }
      return current.pid;
    },
    send(signal) {
      if (!current) return false;
      process.kill(current.pid, signal);
      return true;
    },
    async close() {
      ending.abort();
      // A paused process would not receive the signal.
      if (current) process.kill(current.pid, 'SIGCONT');
      await current?.stop();
      await running;
    },
  };
}
