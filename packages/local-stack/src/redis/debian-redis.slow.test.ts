import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { downloadDebianRedis } from './debian-redis.ts';
import { startRedis } from './start-redis.ts';

/** A real download: the duration depends on the mirror. */
const TIMEOUT_MS = 180_000;

describe.skipIf(!existsSync('/usr/bin/apt-get'))("Redis from Debian's packages", { timeout: TIMEOUT_MS }, () => {
  let root: string;
  let cacheDir: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'imagemill-debian-'));
    cacheDir = join(root, 'cache');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  function download() {
    return downloadDebianRedis({ env: { PATH: '/usr/bin' }, cacheDir, onProgress: () => {} });
  }

  test('two concurrent first runs create one working copy', async () => {
    const [server, other] = await Promise.all([download(), download()]);
    expect(server).toMatchObject({ kind: 'debian', path: join(cacheDir, 'redis/redis-server') });
    expect(other).toEqual(server);
    expect(await readdir(cacheDir)).toEqual(['redis']);

    const redis = await startRedis({ dir: join(root, 'data'), ...(server && { server }) });
    await redis.stop();
  });
});
