import { once } from 'node:events';
import type { Redis } from 'ioredis';

const VERSION_MIN = [6, 2] as const;
/** Delays are stored as clock times: a worker with a clock that is ahead starts jobs early. */
const CLOCK_SKEW_MS_MAX = 1_000;

/**
 * Checks whether a Redis server is suitable for the queue. A server that evicts keys would silently lose jobs.
 *
 * @returns one sentence per problem; waits for the connection first
 */
export async function checkRedis(redis: Redis): Promise<readonly string[]> {
  if (redis.status !== 'ready') await once(redis, 'ready');
  const askedAt = Date.now();
  const [info, [seconds, microseconds]] = await Promise.all([redis.info(), redis.time()]);
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];

  const version = field('redis_version') ?? '0';
  const policy = field('maxmemory_policy') ?? 'unknown';
  const skewMs = Math.abs(Number(seconds) * 1000 + Number(microseconds) / 1000 - (askedAt + Date.now()) / 2);
  return [
    isOlder(version) ? `version ${version} is too old; ${VERSION_MIN.join('.')} or newer is required` : '',
    policy === 'noeviction' ? '' : `maxmemory-policy is ${policy}; it must be noeviction, otherwise jobs are lost`,
    skewMs <= CLOCK_SKEW_MS_MAX
      ? ''
      : `its clock and the local clock are ${Math.round(skewMs)} ms apart; at most one second is allowed`,
  ].filter((problem) => problem !== '');
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1]);
}
