import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../apps/worker/src/main.ts', import.meta.url));

interface Worker {
  readonly process: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly exited: Promise<readonly [code: number | null, signal: string | null]>;
  isTold: boolean;
}

/** Real worker processes, scaled like a Deployment. */
export interface WorkerFleet {
  /** Starts missing workers; stops the newest if there are too many, as Kubernetes does. */
  scaleTo(replicas: number): void;
  /** Waits until all running processes are ready. @returns their number */
  ready(): Promise<number>;
  /** Waits until all stopped processes have exited. @returns their exit codes and signals */
  ends(): Promise<readonly (readonly [code: number | null, signal: string | null])[]>;
  /** Processes that exited without being stopped. */
  readonly crashes: readonly string[];
}

/** @param envOf returns the environment of the worker with this number */
export function createWorkerFleet(envOf: (index: number) => NodeJS.ProcessEnv): WorkerFleet {
  const workers: Worker[] = [];
  const crashes: string[] = [];
  const running = () => workers.filter(({ isTold }) => !isTold);

  function start(): void {
    // With an IPC channel, a worker ends when the test does, and signals its readiness.
    const child = spawn(process.execPath, [entry], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: envOf(workers.length),
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
    const worker: Worker = { process: child, ready: once(child, 'message'), exited, isTold: false };
    void exited.then(([code, signal]) => {
      if (!worker.isTold) crashes.push(`${signal ?? `code ${code}`}: ${stderr}`);
    });
    workers.push(worker);
  }

  /** Waits until it is ready: before that it has no jobs, and SIGTERM would just kill it. */
  function stop(worker: Worker): void {
    worker.isTold = true;
    void Promise.race([worker.ready, worker.exited]).then(() => worker.process.kill('SIGTERM'));
  }

  return {
    crashes,
    scaleTo(replicas) {
      for (let missing = replicas - running().length; missing > 0; missing -= 1) start();
      for (const worker of running().slice(replicas)) stop(worker);
    },
    async ready() {
      await Promise.all(running().map(({ ready, exited }) => Promise.race([ready, exited])));
      return running().length;
    },
    ends: () => Promise.all(workers.filter(({ isTold }) => isTold).map(({ exited }) => exited)),
  };
}
