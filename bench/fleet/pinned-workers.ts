import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Usage, usageOf } from '../edge/process-usage.ts';

const ENTRY = fileURLToPath(new URL('../../apps/worker/src/main.ts', import.meta.url));

interface Worker {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  isReady: boolean;
  cpuSeconds: number;
}

/** Worker processes, the n-th with all of its engine processes on the n-th core. Linux only. */
export interface PinnedWorkers {
  /** Starts missing workers, and stops the newest ones if there are too many. */
  scaleTo(replicas: number): void;
  /** Workers that take jobs. */
  ready(): number;
  /** CPU time of all workers, also of those that have ended. */
  cpuSeconds(): Promise<number>;
  /** @throws Error if a worker has ended by itself */
  stop(): Promise<void>;
}

export function createPinnedWorkers(env: Readonly<Record<string, string | undefined>>): PinnedWorkers {
  const running: Worker[] = [];
  const all: Worker[] = [];
  const crashes: string[] = [];

  function start(core: number): Worker {
    // taskset replaces itself by the worker: the process keeps its id and its IPC channel.
    const child = spawn('taskset', ['--cpu-list', String(core), process.execPath, ENTRY], {
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const exited = once(child, 'exit');
    const worker: Worker = { process: child, exited, isReady: false, cpuSeconds: 0 };
    child.once('message', () => {
      worker.isReady = true;
    });
    void exited.then(([code, signal]) => {
      if (running.includes(worker)) crashes.push(`${signal ?? `code ${code}`}`);
    });
    all.push(worker);
    return worker;
  }

  async function end(worker: Worker): Promise<void> {
    await readCpu(worker);
    // Before it is ready, SIGTERM would only kill it.
    if (!worker.isReady) await Promise.race([once(worker.process, 'message'), worker.exited]);
    worker.process.kill('SIGTERM');
    await worker.exited;
  }

  return {
    scaleTo(replicas) {
      while (running.length < replicas) running.push(start(running.length));
      for (const worker of running.splice(replicas)) void end(worker);
    },
    ready: () => running.filter(({ isReady }) => isReady).length,
    async cpuSeconds() {
      for (const worker of running) await readCpu(worker);
      return all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
    },
    async stop() {
      const workers = running.splice(0);
      await Promise.all([...workers.map(end), ...all.map(({ exited }) => exited)]);
      if (crashes.length > 0) throw new Error(`Workers have ended by themselves: ${crashes.join(', ')}.`);
    },
  };
}

async function readCpu(worker: Worker): Promise<void> {
  const usage: Usage = await usageOf(worker.process.pid ?? 0);
  // An engine process that has just ended may be missing from the sum.
  worker.cpuSeconds = Math.max(worker.cpuSeconds, usage.cpuSeconds);
}
