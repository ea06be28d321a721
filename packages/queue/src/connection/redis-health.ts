import type { Redis } from 'ioredis';

const PINGS = 20;

/** The state of a Redis server, beyond what `checkRedis` requires. */
export interface RedisHealth {
  readonly version: string;
  readonly isReplica: boolean;
  readonly appendsToFile: boolean;
  /** Whether the last writes of the append-only file and of the snapshot succeeded. */
  readonly persistenceWorks: boolean;
  readonly usedBytes: number;
  /** 0: no limit. */
  readonly maxBytes: number;
  /** Of a command and its reply; the median and the longest of twenty. */
  readonly latencyMs: { readonly median: number; readonly longest: number };
}

/** The memory that Redis uses, and its limit. */
export async function readRedisMemory(redis: Redis): Promise<Pick<RedisHealth, 'usedBytes' | 'maxBytes'>> {
  return memoryIn(await redis.info('memory'));
}

const fieldOf = (info: string, name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];

const memoryIn = (info: string) => ({
  usedBytes: Number(fieldOf(info, 'used_memory') ?? 0),
  maxBytes: Number(fieldOf(info, 'maxmemory') ?? 0),
});

export async function readRedisHealth(redis: Redis): Promise<RedisHealth> {
  const info = await redis.info();
  const field = (name: string) => fieldOf(info, name);
  const latencies: number[] = [];
  for (let ping = 0; ping < PINGS; ping += 1) {
    const start = performance.now();
    await redis.ping();
    latencies.push(performance.now() - start);
  }
  latencies.sort((a, b) => a - b);
  return {
    version: field('redis_version') ?? 'unknown',
    isReplica: field('role') === 'slave',
    appendsToFile: field('aof_enabled') === '1',
    persistenceWorks: ['aof_last_write_status', 'aof_last_bgrewrite_status', 'rdb_last_bgsave_status'].every(
      (name) => (field(name) ?? 'ok') === 'ok',
    ),
    ...memoryIn(info),
    latencyMs: { median: latencies[PINGS / 2] ?? 0, longest: latencies.at(-1) ?? 0 },
  };
}
