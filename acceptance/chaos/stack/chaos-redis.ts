import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { claimPort, type RedisProcess, startRedis } from '@imagemill/local-stack';

/** A Redis with an append-only file, as in docker-compose.yml, that can be killed, wiped and restarted. */
export interface ChaosRedis {
  readonly url: string;
  /** SIGKILL, and a restart with the same port and files; with `wiped`, without files. */
  restart(options?: { wiped: boolean }): Promise<void>;
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
    async restart({ wiped } = { wiped: false }) {
      process.kill(redis.pid, 'SIGKILL');
      await redis.exited;
      if (wiped) await rm(dir, { recursive: true });
      redis = await startRedis({ dir, port });
    },
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
