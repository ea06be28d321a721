import { join, resolve } from 'node:path';
import { claimPort, type NodeProcess, type NodeProcessOptions, startNodeProcess } from '@imagemill/local-stack';
import type { StackEnv } from '../env.ts';
import { FailureToExplain } from '../explain.ts';
import { appEnv } from './app-env.ts';
import { type Backends, startBackends } from './backends.ts';
import { consoleDir } from './console-dir.ts';
import { devKeys } from './dev-keys.ts';
import { entryPoints } from './entry-points.ts';
import { lockFolder } from './folder-lock.ts';
import { makeFolder } from './make-folder.ts';
import { runToEnd } from './run-to-end.ts';
import { readStackFile, removeStackFile, type StackFile, writeStackFile } from './stack-file.ts';
import { untilReady } from './until-ready.ts';

export interface Stack {
  readonly file: StackFile;
  readonly dir: string;
  /** Settles with a sentence when a part of the stack ends that nobody asked to end. */
  readonly broken: Promise<string>;
  close(): Promise<void>;
}

/**
 * Brings up what imagemill needs and imagemill itself: Redis and S3 where none are configured, the buckets, the API and
 * the workers, through the same entry points and environment variables as every other deployment.
 *
 * @param signal asks to leave off; what is up by then is stopped
 * @throws FailureToExplain when the directory's stack is already up; what started is stopped when the rest can't
 */
export async function bringUp(env: StackEnv, say: (step: string) => void, signal: AbortSignal): Promise<Stack> {
  const dir = resolve(env.IMAGEMILL_DIR);
  const logs = join(dir, 'logs');
  await makeFolder(dir, logs);
  const lock = lockFolder(dir);
  if (!lock) {
    const running = await readStackFile(dir);
    throw new FailureToExplain(`imagemill already runs here${running ? `: ${running.apiUrl}` : ''} (${dir}).`);
  }

  const parts: { stop(): Promise<void> }[] = [];
  const close = async () => {
    await removeStackFile(dir);
    // In the order of the flow: nothing is stopped while something that needs it still works.
    for (const part of parts.toReversed()) await part.stop();
    lock.release();
  };
  try {
    const keys = await devKeys(dir);
    const apiPort = await claimPort('127.0.0.1', env.API_PORT);
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const building = consoleDir({ logFile: join(logs, 'console.log'), say, signal });
    const backends = await startBackends({ env, dir, keys, apiUrl, say, signal });
    parts.push(backends);
    const builtConsole = await building;
    const apps = appEnv(env, keys, { port: apiPort, url: apiUrl }, backends, builtConsole);
    await runToEnd({
      name: 'bucket set-up',
      entry: entryPoints.setup,
      env: apps.env,
      logFile: join(logs, 'setup.log'),
      signal,
    });

    say('Starting the API and the workers');
    const run = (options: Pick<NodeProcessOptions, 'name' | 'entry'>) =>
      startNodeProcess({ ...options, env: apps.env, logFile: join(logs, `${options.name}.log`), signal });
    const workers = await startWorkers(env.WORKERS, run);
    parts.push(...workers);
    const api = await run({ name: 'api', entry: entryPoints.api });
    parts.push(api);
    await untilReady(apiUrl, signal);

    const file: StackFile = {
      apiUrl,
      ...keys,
      ...backends.addresses,
      originalsBucket: env.ORIGINALS_BUCKET,
      cdnBucket: env.CDN_BUCKET,
      cdnBaseUrl: apps.cdnBaseUrl,
      ...(builtConsole !== undefined && { consoleUrl: `${apiUrl}/console/` }),
      pids: { stack: process.pid, ...backends.pids, api: api.pid, workers: workers.map(({ pid }) => pid) },
    };
    await writeStackFile(dir, file);
    return { file, dir, broken: firstExit({ backends, api, workers }, logs), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Run = (options: Pick<NodeProcessOptions, 'name' | 'entry'>) => Promise<NodeProcess>;

async function startWorkers(count: number, run: Run): Promise<NodeProcess[]> {
  const starts = Array.from({ length: count }, (_, index) =>
    run({ name: `worker-${index + 1}`, entry: entryPoints.worker }),
  );
  const settled = await Promise.allSettled(starts);
  const workers = settled.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = settled.find((start) => start.status === 'rejected');
  if (!failed) return workers;
  await Promise.all(workers.map((worker) => worker.stop()));
  throw failed.reason;
}

function firstExit(
  parts: { backends: Backends; api: NodeProcess; workers: NodeProcess[] },
  logs: string,
): Promise<string> {
  const named = [
    ...parts.backends.processes,
    { name: 'api', exited: parts.api.exited },
    ...parts.workers.map(({ exited }, index) => ({ name: `worker-${index + 1}`, exited })),
  ];
  return Promise.race(
    named.map(async ({ name, exited }) => {
      const { code, signal } = await exited;
      return `${name} ended unexpectedly (${signal ?? `code ${code}`}). Its log is in ${logs}.`;
    }),
  );
}
