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

/** Real worker processes, as many as a Deployment would be told to have. */
export interface WorkerFleet {
  /** Starts what is missing; tells the newest to end when there are too many, as Kubernetes does. */
  scaleTo(replicas: number): void;
  /** The processes that were not told to end, once all of them say that they are ready. */
  ready(): Promise<number>;
  /** How each process ended that was told to; waits for all of them. */
  ends(): Promise<readonly (readonly [code: number | null, signal: string | null])[]>;
  /** Processes that ended without being told to. */
  readonly crashes: readonly string[];
}

/** @param envOf the environment of the worker with that number */
export function createWorkerFleet(envOf: (index: number) => NodeJS.ProcessEnv): WorkerFleet {
  const workers: Worker[] = [];
  const crashes: string[] = [];
  const running = () => workers.filter(({ isTold }) => !isTold);

  function start(): void {
    // With an IPC channel: a worker ends when the test is gone, and says when it is ready.
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

  /** Not before it is ready: until then it has no jobs, and SIGTERM would just kill it. */
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
