import { join, resolve } from 'node:path';
import { claimPort } from '@imagemill/local-stack';
import type { StackEnv } from '../env.ts';
import { FailureToExplain } from '../explain.ts';
import { appEnvironment, cdnBaseUrlOf, edgeEnvironment, signingKeysOf, storageEnvironment } from './app-env.ts';
import { type Backend, startBackends } from './backends.ts';
import { consoleDir } from './console-dir.ts';
import { devKeys } from './dev-keys.ts';
import { entryPoints } from './entry-points.ts';
import { lockFolder } from './folder-lock.ts';
import { describe, type KeptProcess } from './keep-running.ts';
import { makeFolder } from './make-folder.ts';
import { namedPort } from './named-port.ts';
import { runToEnd } from './run-to-end.ts';
import { readStackFile, removeStackFile, type StackFile, writeStackFile } from './stack-file.ts';
import { type Apps, startApps } from './start-apps.ts';
import { untilReady } from './until-ready.ts';

export interface Stack {
  readonly file: StackFile;
  readonly dir: string;
  /** Settles with a message when a part exits that cannot be restarted. */
  readonly broken: Promise<string>;
  close(): Promise<void>;
}

interface Stoppable {
  stop(): Promise<void>;
}

/**
 * Starts imagemill and its dependencies: Redis and S3 if none are configured, the buckets, the API, the workers and the edge,
 * with the same entry points and environment variables as every other deployment.
 *
 * @param signal aborts the start and stops the parts that already run
 * @throws FailureToExplain if a stack already runs in the directory. After any error, the started parts are stopped.
 */
export async function bringUp(env: StackEnv, say: (step: string) => void, signal: AbortSignal): Promise<Stack> {
  const dir = resolve(env.IMAGEMILL_DIR);
  const logs = join(dir, 'logs');
  await makeFolder(dir, logs);
  const lock = lockFolder(dir);
  if (!lock) throw await alreadyRuns(dir);

  const parts: Stoppable[][] = [];
  const close = async () => {
    await removeStackFile(dir);
    // A part stops only after the parts that depend on it.
    for (const together of parts.toReversed()) await Promise.all(together.map((part) => part.stop()));
    lock.release();
  };
  try {
    return { dir, close, ...(await startParts({ env, dir, logs, say, signal, parts })) };
  } catch (error) {
    await close();
    throw error;
  }
}

interface StartOptions {
  readonly env: StackEnv;
  readonly dir: string;
  readonly logs: string;
  readonly say: (step: string) => void;
  readonly signal: AbortSignal;
  /** Receives the parts to stop, in reverse order. */
  readonly parts: Stoppable[][];
}

async function startParts({ env, dir, logs, say, signal, parts }: StartOptions): Promise<Omit<Stack, 'dir' | 'close'>> {
  const keys = await devKeys(dir);
  const port = await namedPort('API_PORT', env.API_PORT, () => claimPort('127.0.0.1', env.API_PORT));
  const edgePort = await namedPort('EDGE_PORT', env.EDGE_PORT, () => claimPort('127.0.0.1', env.EDGE_PORT));
  const [url, edgeUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${edgePort}`] as const;
  const building = consoleDir({ logFile: join(logs, 'console.log'), say, signal });
  const setUpBuckets = (s3: Parameters<typeof storageEnvironment>[1]) =>
    runToEnd({
      name: 'bucket set-up',
      entry: entryPoints.setup,
      env: storageEnvironment(env, s3),
      signal,
      logFile: join(logs, 'setup.log'),
    });
  const [redis, s3] = await startBackends({ env, dir, keys, apiUrl: url, say, setUpBuckets });
  parts.push([redis, s3]);
  signal.throwIfAborted();

  say(env.EDGES > 0 ? 'Starting the API, the workers and the edge' : 'Starting the API and the workers');
  const appEnv = appEnvironment(env, { keys, api: { port, url }, redisUrl: redis.address, s3: s3.address, edgeUrl });
  const keeping = { logs, say, signal, onRestart: () => void writeStackFile(dir, file()) };
  const edgeEnv = env.EDGES > 0 ? { ...appEnv, ...edgeEnvironment(edgePort) } : undefined;
  const apps = await startApps({ ...keeping, workers: env.WORKERS, consoleDir: building, env: appEnv, edgeEnv });
  const edges = apps.edge ? [apps.edge] : [];
  parts.push([...apps.workers], [apps.api, ...edges]);
  const consoleUrl = (await building) === undefined ? undefined : `${url}/console/`;
  const file = (): StackFile => ({
    apiUrl: url,
    ...keys,
    redisUrl: redis.address,
    s3Endpoint: s3.address.endpoint,
    s3AccessKeyId: s3.address.accessKeyId,
    s3SecretAccessKey: s3.address.secretAccessKey,
    originalsBucket: env.ORIGINALS_BUCKET,
    cdnBucket: env.CDN_BUCKET,
    cdnBaseUrl: cdnBaseUrlOf(env, { s3: s3.address, edgeUrl }),
    signingKeys: signingKeysOf(keys),
    consoleUrl,
    edgeUrl: apps.edge && edgeUrl,
    pids: pidsOf(redis, s3, apps),
  });
  await s3.bucketsSetUp;
  await untilReady(url, signal);
  await writeStackFile(dir, file());
  return {
    file: file(),
    broken: broken({ Redis: redis, 'The S3 server': s3 }, [apps.api, ...apps.workers, ...edges], logs),
  };
}

const pidsOf = (redis: Backend<unknown>, s3: Backend<unknown>, { api, workers, edge }: Apps): StackFile['pids'] => ({
  stack: process.pid,
  redis: redis.process?.pid,
  s3: s3.process?.pid,
  api: api.pid,
  workers: workers.map(({ pid }) => pid),
  edge: edge?.pid,
});

/** Redis and S3 are not restarted: the cause may be in their data. */
function broken(
  backends: Record<string, Backend<unknown>>,
  kept: readonly KeptProcess[],
  logs: string,
): Promise<string> {
  const exits = Object.entries(backends).map(async ([name, { process }]) => {
    if (!process) return new Promise<never>(() => {});
    return `${name} exited unexpectedly (${describe(await process.exited)}).`;
  });
  const failures = kept.map(({ failed }) => failed);
  return Promise.race([...exits, ...failures]).then((message) => `${message} Its log is in ${logs}.`);
}

async function alreadyRuns(dir: string): Promise<FailureToExplain> {
  const running = await readStackFile(dir);
  return new FailureToExplain(
    `imagemill is already running here${running ? `: ${running.apiUrl}` : ''} (${dir}). Stop it first, or set IMAGEMILL_DIR to another folder.`,
  );
}
