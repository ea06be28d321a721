export { type FindRedisOptions, findRedisServer } from './find-redis-server.ts';
export type { ProcessExit } from './guardian-protocol.ts';
export { PortInUseError, RedisError, RedisNotFoundError, RedisStartError, RedisTooOldError } from './redis-errors.ts';
export type { RedisServerBinary } from './redis-server-binary.ts';
export { type RedisProcess, type StartRedisOptions, startRedis } from './start-redis.ts';
export { userCacheDir } from './user-cache-dir.ts';
