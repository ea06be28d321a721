import { findCachedRedis } from './cached-redis.ts';
import { findContainerRedis } from './container-redis.ts';
import { downloadDebianRedis } from './debian-redis.ts';
import { executableOnPath } from './host-programs.ts';
import { RedisNotFoundError, RedisTooOldError } from './redis-errors.ts';
import { assertSupported, type RedisSearch, type RedisServerBinary, serverVersion } from './redis-server-binary.ts';

type Source = (search: RedisSearch) => Promise<RedisServerBinary | undefined>;

/** Installed servers first, downloads last. */
const sources = [fromPath, findCachedRedis, downloadDebianRedis, findContainerRedis] satisfies Source[];

interface FindRedisOptions extends Omit<RedisSearch, 'onProgress'> {
  readonly onProgress?: RedisSearch['onProgress'];
}

/**
 * Finds a Redis server of a supported version, or downloads one into the user's cache.
 *
 * @throws RedisNotFoundError, RedisTooOldError
 */
export async function findRedisServer(options: FindRedisOptions): Promise<RedisServerBinary> {
  const search = { ...options, onProgress: options.onProgress ?? (() => {}) };
  const configured = options.env.REDIS_SERVER_BIN;
  if (configured) return fromConfiguration(configured);

  const failures: unknown[] = [];
  for (const source of sources) {
    try {
      const server = await source(search);
      if (!server) continue;
      assertSupported(server.path, server.version);
      return server;
    } catch (error) {
      failures.push(error);
      search.onProgress(error instanceof Error ? error.message : String(error));
    }
  }
  const tooOld = failures.find((error) => error instanceof RedisTooOldError);
  throw tooOld ?? new RedisNotFoundError(HOW_TO_INSTALL, new AggregateError(failures));
}

async function fromConfiguration(path: string): Promise<RedisServerBinary> {
  const version = await serverVersion(path).catch((error: unknown) => {
    throw new RedisNotFoundError(`REDIS_SERVER_BIN is ${path}, which does not run as a Redis server.`, error);
  });
  assertSupported(path, version);
  return { kind: 'configured', path, version };
}

async function fromPath({ env }: RedisSearch): Promise<RedisServerBinary | undefined> {
  const path = await executableOnPath(env.PATH, 'redis-server', 'valkey-server');
  return path === undefined ? undefined : { kind: 'path', path, version: await serverVersion(path) };
}

const HOW_TO_INSTALL = `No Redis server was found. Install one:
  Debian, Ubuntu   sudo apt-get install redis-server
  macOS            brew install redis
  others           Redis or Valkey from the system's packages, or Docker or Podman
or set REDIS_SERVER_BIN to the path of a redis-server.`;
