import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStagingDir, findCachedRedis, publishToCache } from './cached-redis.ts';

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'imagemill-cache-'));
});
afterEach(() => rm(cacheDir, { recursive: true }));

/** A staged copy whose program prints this. */
async function staged(printed: string): Promise<string> {
  const copy = join(await createStagingDir(cacheDir), 'redis');
  await addServer(copy, `#!/bin/sh\necho '${printed}'\n`);
  return copy;
}

async function addServer(folder: string, program: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'redis-server'), program);
  await chmod(join(folder, 'redis-server'), 0o755);
}

test('a new copy replaces a broken one', async () => {
  await addServer(join(cacheDir, 'redis'), 'half a file');
  expect(await findCachedRedis({ cacheDir })).toBeUndefined();
  await publishToCache(cacheDir, await staged('Redis server v=8.0.1 sha=0'));
  expect(await findCachedRedis({ cacheDir })).toMatchObject({ kind: 'cache', version: '8.0.1' });
});

test('a new copy does not replace a working one', async () => {
  await publishToCache(cacheDir, await staged('Redis server v=8.0.1 sha=0'));
  await publishToCache(cacheDir, await staged('Redis server v=8.0.2 sha=0'));
  expect(await findCachedRedis({ cacheDir })).toMatchObject({ version: '8.0.1' });
});

test('a new run removes the leftovers of a killed one, and not the files of one that runs', async () => {
  const [left, running] = ['redis.unpacking-killed', 'redis.unpacking-running'];
  for (const name of [left, running]) await mkdir(join(cacheDir, name));
  await utimes(join(cacheDir, left), 0, 0);
  await createStagingDir(cacheDir);
  const names = await readdir(cacheDir);
  expect(names).toContain(running);
  expect(names).not.toContain(left);
});
