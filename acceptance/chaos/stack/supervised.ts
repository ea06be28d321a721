import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type NodeProcess, type ProcessExit, startNodeProcess } from '@imagemill/local-stack';

const START_AGAIN_MS = 250;

export interface SupervisedOptions {
  readonly name: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logs: string;
}

/** A program that is started again whenever it ends, as an orchestrator does it. */
export interface Supervised {
  readonly name: string;
  /** The process that is up now, if one is. */
  readonly pid: number | undefined;
  /** Every end so far that was not ours to ask for at the close. */
  readonly exits: readonly ProcessExit[];
  /** Waits for a process that is up; returns its id. */
  up(): Promise<number>;
  /** Sends a signal to the process that is up; false when none is. */
  send(signal: NodeJS.Signals): boolean;
  close(): Promise<void>;
}

/** Starts the program, each time with a log file of its own: `{name}.{n}.log`. */
export function supervise({ name, entry, env, logs }: SupervisedOptions): Supervised {
  const ending = new AbortController();
  const events = new EventEmitter().setMaxListeners(0);
  const exits: ProcessExit[] = [];
  let current: NodeProcess | undefined;

  async function keepUp(): Promise<void> {
    for (let start = 1; !ending.signal.aborted; start++) {
      const logFile = join(logs, `${name}.${start}.log`);
      current = await startNodeProcess({ name, entry, env, logFile, signal: ending.signal }).catch(() => undefined);
      if (!current) {
        // Its Redis or its buckets are away: it refuses to start until they are back.
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
    async up() {
      while (!current) await once(events, 'up', { signal: ending.signal });
      return current.pid;
    },
    send(signal) {
      if (!current) return false;
      process.kill(current.pid, signal);
      return true;
    },
    async close() {
      ending.abort();
      // One that was paused would not hear that it must end.
      if (current) process.kill(current.pid, 'SIGCONT');
      await current?.stop();
      await running;
    },
  };
}
