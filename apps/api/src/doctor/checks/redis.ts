import { checkRedis } from '@imagemill/queue/check-redis';
import { type RedisHealth, readRedisHealth } from '@imagemill/queue/redis-health';
import { type Check, type Outcome, ok, problem, warning } from '../finding.ts';
import type { RedisConnection } from '../redis-connection.ts';

const SLOW_MS = 10;
const FULL_PERCENT = 80;
const MIB = 1024 * 1024;

/** @param ready resolves to the connection; rejects with the reason if Redis does not answer */
export const redisCheck = (ready: () => Promise<RedisConnection>): Check => ({
  name: 'redis',
  async run() {
    const redis = await ready();
    const [problems, health] = [await checkRedis(redis), await readRedisHealth(redis)];
    return [
      ...(problems.length === 0 ? [ok(`version ${health.version}; eviction policy and clock are as required`)] : []),
      ...problems.map((message) =>
        problem(message, 'Correct this in the configuration of Redis: until then, the API does not start.'),
      ),
      ...role(health),
      persistence(health),
      memory(health),
      latency(health),
    ];
  },
});

const role = ({ isReplica }: RedisHealth): Outcome[] =>
  isReplica ? [problem('this is a replica, which rejects writes', 'Set REDIS_URL to the primary.')] : [];

function persistence({ appendsToFile, persistenceWorks }: RedisHealth): Outcome {
  if (!persistenceWorks) {
    return problem('the last write of the append-only file or snapshot failed', 'Check the disk of Redis and its log.');
  }
  return appendsToFile
    ? ok('jobs are appended to a file')
    : warning(
        'no append-only file: a restart of Redis loses jobs until a reconciliation restores them',
        'Set appendonly yes and appendfsync everysec.',
      );
}

function memory({ usedBytes, maxBytes }: RedisHealth): Outcome {
  const used = `${Math.round(usedBytes / MIB)} MiB of memory used`;
  if (maxBytes === 0) return ok(`${used}, no maxmemory`);
  const percent = Math.round((usedBytes / maxBytes) * 100);
  const message = `${used}, ${percent} % of maxmemory`;
  return percent < FULL_PERCENT
    ? ok(message)
    : problem(message, 'Give Redis more memory: a full Redis refuses new jobs.');
}

function latency({ latencyMs: { median, longest } }: RedisHealth): Outcome {
  const message = `a command takes ${median.toFixed(1)} ms, at most ${longest.toFixed(1)} ms`;
  return median <= SLOW_MS
    ? ok(message)
    : warning(message, 'Move Redis closer to the API and the workers: a ticket takes several commands.');
}
