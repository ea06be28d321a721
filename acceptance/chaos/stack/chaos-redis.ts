import { once } from 'node:events';
import { readdir, rm, stat, truncate } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { claimPort, type RedisProcess, startRedis } from '@imagemill/local-stack';

/** A Redis with an append-only file, as in docker-compose.yml, that can be killed, wiped and restarted. */
export interface ChaosRedis {
  readonly url: string;
  readonly pid: number;
  /**
   * SIGKILL, and a restart with the same port and files; with `wiped`, without files.
   *
   * @param keptBytes of the append-only file; the rest is cut off
   */
  restart(options?: { wiped?: boolean; keptBytes?: number }): Promise<void>;
  /** The size of the append-only file. */
  appendedBytes(): Promise<number>;
  /** Stops Redis, or lets it hang, until `work` ends. Nothing is lost. */
  interrupt(how: 'down' | 'hanging', work: () => Promise<void>): Promise<void>;
  flushAll(): Promise<void>;
  stop(): Promise<void>;
}

export async function startChaosRedis(parent: string): Promise<ChaosRedis> {
  const dir = join(parent, 'redis');
  let redis: RedisProcess = await startRedis({ dir, port: await claimPort('127.0.0.1', 0) });
  const { port, url } = redis;
  return {
    url,
    get pid() {
      return redis.pid;
    },
    async restart({ wiped = false, keptBytes } = {}) {
      process.kill(redis.pid, 'SIGKILL');
      await redis.exited;
      if (wiped) await rm(dir, { recursive: true });
      if (keptBytes !== undefined) await cut(await appendOnlyFile(dir), keptBytes);
      redis = await startRedis({ dir, port });
    },
    appendedBytes: async () => (await stat(await appendOnlyFile(dir))).size,
    async interrupt(how, work) {
      if (how === 'down') await redis.stop();
      else process.kill(redis.pid, 'SIGSTOP');
      try {
        await work();
      } finally {
        if (how === 'down') redis = await startRedis({ dir, port });
        else process.kill(redis.pid, 'SIGCONT');
      }
    },
    async flushAll() {
      const socket = createConnection(port, '127.0.0.1');
      socket.setTimeout(5_000, () => socket.destroy(new Error('Redis does not answer FLUSHALL.')));
      socket.write('FLUSHALL\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      if (!answer.toString().startsWith('+OK')) throw new Error(`FLUSHALL answered ${answer.toString()}`);
    },
    stop: () => redis.stop(),
  };
}

/** The file that Redis appends to: the one with the highest number, if it is rewriting them. */
async function appendOnlyFile(dir: string): Promise<string> {
  const folder = join(dir, 'appendonlydir');
  const numberOf = (name: string) => Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1] ?? -1);
  const [file] = (await readdir(folder)).toSorted((a, b) => numberOf(b) - numberOf(a));
  if (file === undefined || numberOf(file) < 0) throw new Error(`There is no append-only file in ${folder}.`);
  return join(folder, file);
}

/** `truncate` alone would fill a shorter file with zeros. */
const cut = async (file: string, keptBytes: number) => truncate(file, Math.min(keptBytes, (await stat(file)).size));
