import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { claimPort, PortInUseError } from '../loopback-port.ts';
import { userCacheDir } from './cached-redis.ts';
import { findRedisServer } from './find-redis-server.ts';
import { type GuardedProcess, type ProcessExit, startGuarded } from './guarded-process.ts';
import { RedisStartError } from './redis-errors.ts';
import { CONF_NAME, type LaunchRequest, planLaunch } from './redis-launch.ts';
import type { RedisServerBinary } from './redis-server-binary.ts';
import { askServerInfo } from './server-info.ts';

const READY_WITHIN_MS = 60_000;
const READY_POLL_MS = 20;
const KILL_AFTER_MS = 15_000;
const ATTEMPTS_ON_FREE_PORTS = 3;

export interface StartRedisOptions {
  /** Folder for the data, the configuration and the log. Created if missing; readable only by this user. */
  readonly dir: string;
  /** 0 or absent picks a free one. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  readonly password?: string;
  /** If off, nothing survives a restart. */
  readonly appendOnly?: boolean;
  /** Further lines of the configuration. */
  readonly settings?: readonly string[];
  /** Starts a sentinel instead of a server. Not in a container. */
  readonly isSentinel?: boolean;
  /** If absent, found with `findRedisServer`. */
  readonly server?: RedisServerBinary;
  readonly onProgress?: (message: string) => void;
}

export interface RedisProcess {
  readonly url: string;
  readonly port: number;
  /** The server's pid; with a container engine, the pid of the engine's client. */
  readonly pid: number;
  /** Resolves when the server has ended, for any reason. */
  readonly exited: Promise<ProcessExit>;
  stop(): Promise<void>;
}

/**
 * Starts a Redis and waits until it answers. The server ends when this process ends.
 *
 * @throws RedisError, PortInUseError
 */
export async function startRedis(options: StartRedisOptions): Promise<RedisProcess> {
  const { port = 0, host = '127.0.0.1', password, appendOnly = true, settings = [], isSentinel = false } = options;
  const dir = resolve(options.dir);
  const server = options.server ?? (await findForThisUser(options.onProgress));
  await mkdir(dir, { recursive: true, mode: 0o700 });

  for (let attempt = 1; ; attempt++) {
    const free = await claimPort(host, port);
    const request = { server, dir, host, port: free, appendOnly, password, settings, isSentinel };
    try {
      return await launch(request);
    } catch (error) {
      // Another program took the free port before the server started.
      const mayRetry = error instanceof PortInUseError && port === 0 && attempt < ATTEMPTS_ON_FREE_PORTS;
      if (!mayRetry) throw error;
    }
  }
}

function findForThisUser(onProgress: StartRedisOptions['onProgress']): Promise<RedisServerBinary> {
  const { env } = process;
  return findRedisServer({ env, cacheDir: userCacheDir(env), ...(onProgress && { onProgress }) });
}

async function launch(request: LaunchRequest): Promise<RedisProcess> {
  const { dir, host, port, password, server } = request;
  const { conf, confPath, ...command } = planLaunch(request);
  const logFile = join(dir, 'redis.log');
  await writeFile(join(dir, CONF_NAME), conf, { mode: 0o600 });
  await writeFile(logFile, '', { mode: 0o600 });

  const guarded = await startGuarded({ ...command, logFile, killAfterMs: KILL_AFTER_MS }).catch((error: unknown) => {
    throw new RedisStartError(`${server.path} could not be started.`, error);
  });
  try {
    const ownPid = await untilReady(guarded, { request, confPath, logFile });
    const pid = server.kind === 'container' ? guarded.pid : ownPid;
    const credentials = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
    const { exited, stop } = guarded;
    return { url: `redis://${credentials}${host}:${port}`, port, pid, exited, stop };
  } catch (error) {
    await guarded.stop();
    throw error;
  }
}

interface Awaited {
  readonly request: LaunchRequest;
  readonly confPath: string;
  readonly logFile: string;
}

async function untilReady(guarded: GuardedProcess, { request, confPath, logFile }: Awaited): Promise<number> {
  let ended = false;
  const exit = guarded.exited.then(() => {
    ended = true;
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const info = await askServerInfo(request).catch(() => undefined);
    // Another Redis may be answering on this port.
    if (info?.confPath === confPath) return info.pid;
    if (ended) throw await startError(request, logFile);
    await Promise.race([delay(READY_POLL_MS), exit]);
  }
  throw new RedisStartError(
    `Redis did not answer on port ${request.port} in ${READY_WITHIN_MS / 1000} s, see ${logFile}`,
  );
}

async function startError(
  { host, port, server }: LaunchRequest,
  logFile: string,
): Promise<PortInUseError | RedisStartError> {
  const log = await readFile(logFile, 'utf8');
  // Redis and the container engines print the same messages.
  if (/address already in use|port is already allocated/i.test(log)) return new PortInUseError(host, port);
  return new RedisStartError(`${server.path} ended at start:\n${log.trim().split('\n').slice(-5).join('\n')}`);
}
