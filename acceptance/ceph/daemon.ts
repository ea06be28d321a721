import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CephError } from './ceph-error.ts';

const POLL_MS = 100;
/** Part of util-linux: sets attributes that only the process itself can set, then executes the program. */
const LAUNCHER = 'setpriv';
const READY_WITHIN_MS = 60_000;

export interface Daemon {
  /** Resolves when the probe does. Fails if the daemon ends first or the time limit expires. */
  untilReady(probe: () => Promise<unknown>, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export interface DaemonOptions {
  readonly dir: string;
  readonly program: string;
  readonly args: readonly string[];
}

export async function startDaemon({ dir, program, args }: DaemonOptions): Promise<Daemon> {
  const outputPath = join(dir, `${program}.out`);
  const output = await open(outputPath, 'a');
  // The parent-death signal ends it even if this process is killed. A separate session shields it from the terminal's Ctrl-C:
  // the tests still need it while they shut down.
  const child = spawn(LAUNCHER, ['--pdeathsig', 'KILL', program, ...args], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  let ended = false;
  const ending = once(child, 'exit').then(markEnded, markEnded);
  function markEnded(): void {
    ended = true;
  }
  await output.close();

  return {
    async untilReady(probe, signal) {
      for (const deadline = Date.now() + READY_WITHIN_MS; ; await delay(POLL_MS, undefined, { signal })) {
        if (ended) throw new CephError(`${program} ended at start:\n${await lastLines(outputPath)}`);
        const failure = await probe().then(() => undefined, asError);
        signal.throwIfAborted();
        if (!failure) return;
        if (Date.now() > deadline) throw new CephError(`${program} was not ready in ${READY_WITHIN_MS} ms.`, failure);
      }
    },
    async stop() {
      // SIGKILL: a graceful shutdown takes seconds and saves state that is never read.
      child.kill('SIGKILL');
      await ending;
    },
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

async function lastLines(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).trim().split('\n').slice(-5).join('\n');
}
