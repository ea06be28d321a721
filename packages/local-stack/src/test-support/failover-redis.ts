import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type RedisProcess, startRedis } from '../redis/start-redis.ts';

const SERVERS = 2;
const SENTINELS = 3;
const QUORUM = 2;
/** The name of the primary in the sentinels. */
const NAME = 'imagemill';
const POLL_MS = 20;
const FAILOVER_WITHIN_MS = 60_000;

export interface FailoverRedis {
  /** The variables of the programs. */
  readonly env: Readonly<
    Record<'REDIS_URL' | 'REDIS_SENTINELS' | 'REDIS_SENTINEL_NAME' | 'REDIS_SENTINEL_PASSWORD', string>
  >;
  /** The URL of the server that is the primary now. */
  primaryUrl(): Promise<string>;
  /**
   * SIGKILL to the primary, and a restart of that server, as a replica, after the sentinels have chosen the other one.
   *
   * @returns milliseconds until another server was the primary
   */
  killPrimary(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * A primary with a replica and three sentinels, all with passwords.
 *
 * @param downAfterMs how long a server must not answer until the sentinels replace it
 */
export async function startFailoverRedis(dir: string, { downAfterMs = 1_000 } = {}): Promise<FailoverRedis> {
  const [password, sentinelPassword] = ['of-the-servers', 'of-the-sentinels'];
  const servers = new Map<number, { process: RedisProcess; dir: string }>();
  const sentinels: RedisProcess[] = [];
  const stop = async () => {
    const all = [...sentinels, ...[...servers.values()].map(({ process }) => process)];
    await Promise.all(all.map((each) => each.stop()));
  };

  async function startServer(name: string, primaryPort: number | undefined, port = 0): Promise<number> {
    const folder = join(dir, name);
    const settings = [
      `masterauth ${password}`,
      'repl-diskless-sync-delay 0',
      ...(primaryPort === undefined ? [] : [`replicaof 127.0.0.1 ${primaryPort}`]),
    ];
    const process = await startRedis({ dir: folder, password, settings, port });
    servers.set(process.port, { process, dir: folder });
    return process.port;
  }

  const connect = (port: number, secret: string) => {
    const redis = new Redis({ port, password: secret, lazyConnect: true, retryStrategy: null, commandTimeout: 20_000 });
    redis.on('error', () => {});
    return redis;
  };

  async function ask<T>(port: number, secret: string, command: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = connect(port, secret);
    try {
      return await command(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** As the first sentinel that answers says. */
  async function primaryPort(): Promise<number> {
    const [sentinel] = sentinels;
    const answer = await ask(sentinel?.port ?? 0, sentinelPassword, (redis) =>
      redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME),
    );
    return Number((answer as string[])[1]);
  }

  async function until(is: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + FAILOVER_WITHIN_MS;
    while (!(await is().catch(() => false))) {
      if (Date.now() > deadline) throw new Error('The sentinels did not reach the expected state in time.');
      await delay(POLL_MS);
    }
  }

  const role = (port: number) => ask(port, password, (redis) => redis.role() as Promise<unknown[]>);
  const isReplicating = async (port: number) => {
    const [name, , , state] = await role(port);
    return name === 'slave' && state === 'connected';
  };

  /** The sentinels may choose again meanwhile: on a busy machine, a server that answers late counts as down. */
  async function isSettled(): Promise<boolean> {
    const primary = await primaryPort();
    const others = [...servers.keys()].filter((port) => port !== primary);
    const [[name], ...following] = await Promise.all([role(primary), ...others.map(isReplicating)]);
    return name === 'master' && following.every(Boolean);
  }

  async function startSentinel(number: number, port: number): Promise<void> {
    const settings = [
      `sentinel monitor ${NAME} 127.0.0.1 ${port} ${QUORUM}`,
      `sentinel auth-pass ${NAME} ${password}`,
      `sentinel sentinel-pass ${sentinelPassword}`,
      `sentinel down-after-milliseconds ${NAME} ${downAfterMs}`,
      `sentinel failover-timeout ${NAME} 5000`,
    ];
    const folder = join(dir, `sentinel-${number}`);
    sentinels.push(
      await startRedis({ dir: folder, password: sentinelPassword, settings, isSentinel: true, appendOnly: false }),
    );
  }

  try {
    const first = await startServer('server-1', undefined);
    for (let number = 2; number <= SERVERS; number += 1) await startServer(`server-${number}`, first);
    for (let number = 1; number <= SENTINELS; number += 1) await startSentinel(number, first);
    await until(isSettled);
    // Each has found the others and the replica.
    for (const { port } of sentinels)
      await until(async () => {
        const info = await ask(port, sentinelPassword, (redis) => redis.info('sentinel'));
        return info.includes(`slaves=${SERVERS - 1},sentinels=${SENTINELS}`);
      });
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    env: {
      // The host is not used.
      REDIS_URL: `redis://:${password}@${NAME}`,
      REDIS_SENTINELS: sentinels.map(({ port }) => `127.0.0.1:${port}`).join(','),
      REDIS_SENTINEL_NAME: NAME,
      REDIS_SENTINEL_PASSWORD: sentinelPassword,
    },
    primaryUrl: async () => servers.get(await primaryPort())?.process.url ?? '',
    async killPrimary() {
      const old = await primaryPort();
      const server = servers.get(old);
      if (!server) throw new Error(`There is no server at port ${old}.`);
      const since = performance.now();
      process.kill(server.process.pid, 'SIGKILL');
      await server.process.exited;
      await until(async () => {
        const now = await primaryPort();
        return now !== old && (await role(now))[0] === 'master';
      });
      const ms = performance.now() - since;
      await startServer(server.dir.split('/').at(-1) ?? '', await primaryPort(), old);
      await until(isSettled);
      return ms;
    },
    stop,
  };
}
