import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { StartUpError } from '@imagemill/service/start-up';
import type { ProcessExit } from './redis/guarded-process.ts';

const KILL_AFTER_MS = 45_000;
/** Of a worker's session, as of its engine processes: while they keep all cores busy, the API and the edge still get one at once. */
export const WORKER_NICE = 5;

export interface NodeProcessOptions {
  /** Its name in messages. */
  readonly name: string;
  /** The TypeScript file to run. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Receives standard output and standard error. */
  readonly logFile: string;
  /** Appends to the log file instead of truncating it. */
  readonly appendLog?: boolean;
  /** Time limit until the process sends `ready` to its parent. */
  readonly readyWithinMs?: number;
  /** Its session gets fewer of the cores than others while all are busy: see `lowerSession`. */
  readonly nice?: number;
  /** Stops the process if it is not ready yet. */
  readonly signal?: AbortSignal;
}

export interface NodeProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  /** Sends SIGTERM, then SIGKILL if the process does not exit. */
  stop(): Promise<void>;
}

/**
 * Starts one of our own programs and waits until it is ready. The program exits when this process does, because its IPC channel
 * closes.
 *
 * @throws StartUpError with the end of the log, if the program exits or times out before it is ready
 */
export async function startNodeProcess(options: NodeProcessOptions): Promise<NodeProcess> {
  const { name, entry, logFile, appendLog = false, readyWithinMs = 60_000, nice, signal } = options;
  signal?.throwIfAborted();
  const log = await open(logFile, appendLog ? 'a' : 'w', 0o600);
  const child = spawn(process.execPath, [entry], {
    env: options.env,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    // A separate process group: Ctrl-C in a terminal reaches only the parent, which then stops its children in order.
    detached: true,
  });
  if (nice !== undefined) lowerSession(child.pid, nice);
  await log.close();
  const exited = new Promise<ProcessExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  try {
    await becomesReady(child, exited, readyWithinMs, signal);
  } catch (error) {
    await stop(child, exited);
    signal?.throwIfAborted();
    throw new StartUpError(`${name} did not start: ${(error as Error).message}.`, await tail(logFile));
  }
  return { pid: child.pid ?? 0, exited, stop: () => stop(child, exited) };
}

/**
 * Linux can share the cores between sessions first, and then the nice values of processes count within a session only (man 7 sched, "The
 * autogroup feature"). This gives the session of a process, which must be its leader, a nice value. Does nothing without that feature.
 */
export function lowerSession(leader: number | undefined, nice: number): void {
  try {
    writeFileSync(`/proc/${leader}/autogroup`, String(nice));
  } catch {
    // The kernel has no such file, or the process has ended.
  }
}

async function becomesReady(
  child: ChildProcess,
  exited: Promise<ProcessExit>,
  withinMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const ended = exited.then(({ code, signal }) =>
    Promise.reject(new Error(`it ended with ${signal ?? `code ${code}`}`)),
  );
  const late = AbortSignal.timeout(withinMs);
  const silent = once(late, 'abort').then(() => Promise.reject(new Error(`it said nothing for ${withinMs} ms`)));
  await Promise.race([once(child, 'message', { ...(signal && { signal }) }), ended, silent]);
}

async function stop(child: ChildProcess, exited: Promise<ProcessExit>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  await exited;
  clearTimeout(force);
}

async function tail(logFile: string): Promise<string[]> {
  const text = await readFile(logFile, 'utf8');
  return text.trimEnd().split('\n').slice(-15);
}
