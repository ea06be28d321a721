import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

/**
 * Adds a user with these rules to a Redis.
 *
 * @returns the URL of the Redis with that user and a password
 */
export async function addRedisUser(redisUrl: string, rules: readonly string[]): Promise<string> {
  const [name, password] = [`user-${randomUUID()}`, randomUUID()];
  const redis = new Redis(redisUrl, { lazyConnect: true });
  try {
    await redis.call('ACL', 'SETUSER', name, `>${password}`, ...rules);
  } finally {
    redis.disconnect();
  }
  return Object.assign(new URL(redisUrl), { username: name, password }).href;
}
