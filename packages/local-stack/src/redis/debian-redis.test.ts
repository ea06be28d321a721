import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { downloadDebianRedis } from './debian-redis.ts';
import { startRedis } from './start-redis.ts';

/** It downloads for real, which takes as long as the mirror does. */
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

  test('runs from an empty cache', async () => {
    const server = await download();
    expect(server).toMatchObject({ kind: 'debian', path: join(cacheDir, 'redis/redis-server') });
    expect(await readdir(cacheDir)).toEqual(['redis']);

    const redis = await startRedis({ dir: join(root, 'data'), ...(server && { server }) });
    await redis.stop();
  });

  test('ends with one good copy when two first runs meet', async () => {
    const [one, other] = await Promise.all([download(), download()]);

    expect(one).toEqual(other);
    expect(one?.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await readdir(cacheDir)).toEqual(['redis']);
  });

  test('replaces a broken copy and clears what a killed run left', async () => {
    await mkdir(join(cacheDir, 'redis'), { recursive: true });
    await writeFile(join(cacheDir, 'redis/redis-server'), 'half a file', { mode: 0o755 });
    const left = join(cacheDir, 'redis.unpacking-killed');
    await mkdir(left);
    await utimes(left, 0, 0);

    expect((await download())?.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await readdir(cacheDir)).toEqual(['redis']);
  });
});
