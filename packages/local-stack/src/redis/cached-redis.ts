import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { type RedisSearch, type RedisServerBinary, serverVersion } from './redis-server-binary.ts';

const STAGING_PREFIX = 'redis.unpacking-';
const STAGING_IS_STALE_AFTER_MS = 60 * 60 * 1000;

/** The folder for this user's downloads: `imagemill` in XDG_CACHE_HOME, by default in `~/.cache`. */
export function userCacheDir(env: NodeJS.ProcessEnv): string {
  // The XDG specification ignores relative paths.
  const configured = env.XDG_CACHE_HOME;
  const base = configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), '.cache');
  return join(base, 'imagemill');
}

export async function findCachedRedis({
  cacheDir,
}: Pick<RedisSearch, 'cacheDir'>): Promise<RedisServerBinary | undefined> {
  const path = join(cacheDir, 'redis', 'redis-server');
  try {
    return { kind: 'cache', path, version: await serverVersion(path) };
  } catch {
    // Missing or broken: a new copy replaces it in both cases.
    return undefined;
  }
}

/** A folder on the cache's own file system: moving it into place is one atomic rename. */
export async function createStagingDir(cacheDir: string): Promise<string> {
  await removeStaleStagingDirs(cacheDir);
  return mkdtemp(join(cacheDir, STAGING_PREFIX));
}

/** Moves `stagedDir` into place as the cached copy, unless another process has already put a working copy there. */
export async function publishToCache(cacheDir: string, stagedDir: string): Promise<void> {
  const target = join(cacheDir, 'redis');
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(stagedDir, target);
    } catch (error) {
      if (await findCachedRedis({ cacheDir })) return;
      if (attempt === 3) throw error;
      await moveAway(target, join(dirname(stagedDir), `broken-${attempt}`));
    }
  }
}

async function moveAway(path: string, destination: string): Promise<void> {
  // If it is gone, another process is repairing the same cache.
  await rename(path, destination).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Leftovers of runs that were killed while unpacking. */
async function removeStaleStagingDirs(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith(STAGING_PREFIX)) continue;
    const path = join(cacheDir, name);
    const changed = await stat(path).catch(() => undefined);
    if (changed && Date.now() - changed.mtimeMs > STAGING_IS_STALE_AFTER_MS)
      await rm(path, { recursive: true, force: true });
  }
}
