import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findRedisServer } from './find-redis-server.ts';

describe('finding a Redis server', () => {
  let root: string;
  let cacheDir: string;
  let searchPath: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'imagemill-find-'));
    cacheDir = join(root, 'cache');
    searchPath = join(root, 'bin');
    await mkdir(searchPath);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  /** A program with the version output of a real server. */
  async function fakeServer(path: string, printed: string): Promise<string> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `#!/bin/sh\necho '${printed}'\n`);
    await chmod(path, 0o755);
    return path;
  }

  function find(env: NodeJS.ProcessEnv = {}) {
    return findRedisServer({ env: { PATH: searchPath, ...env }, cacheDir });
  }

  test('prefers the configured server', async () => {
    await fakeServer(join(searchPath, 'redis-server'), 'Redis server v=8.0.1 sha=0');
    const path = await fakeServer(join(root, 'mine'), 'Redis server v=7.4.2 sha=0');

    expect(await find({ REDIS_SERVER_BIN: path })).toEqual({ kind: 'configured', path, version: '7.4.2' });
  });

  test('rejects a configured server that does not run, even if others would', async () => {
    await fakeServer(join(searchPath, 'redis-server'), 'Redis server v=8.0.1 sha=0');

    const missing = find({ REDIS_SERVER_BIN: join(root, 'missing') });
    await expect(missing).rejects.toMatchObject({
      code: 'redis-not-found',
      message: expect.stringContaining('missing'),
    });
  });

  test('uses a Redis on the search path, also through a symbolic link', async () => {
    const installed = await fakeServer(join(root, 'opt/redis'), 'Redis server v=7.0.15 sha=0');
    await symlink(installed, join(searchPath, 'redis-server'));

    expect(await find()).toEqual({ kind: 'path', path: join(searchPath, 'redis-server'), version: '7.0.15' });
  });

  test('uses a Valkey on the search path if there is no Redis', async () => {
    const path = await fakeServer(join(searchPath, 'valkey-server'), 'Valkey server v=8.1.1 sha=0');

    expect(await find()).toEqual({ kind: 'path', path, version: '8.1.1' });
  });

  test('uses the cached copy if the search path has none', async () => {
    const path = await fakeServer(join(cacheDir, 'redis/redis-server'), 'Redis server v=7.0.15 sha=0');

    expect(await find()).toEqual({ kind: 'cache', path, version: '7.0.15' });
  });

  test('skips a server that is too old', async () => {
    await fakeServer(join(searchPath, 'redis-server'), 'Redis server v=6.0.16 sha=0');
    const path = await fakeServer(join(cacheDir, 'redis/redis-server'), 'Redis server v=7.0.15 sha=0');

    expect(await find()).toMatchObject({ kind: 'cache', path });
  });

  test('reports the outdated server if there is no other', async () => {
    const path = await fakeServer(join(searchPath, 'redis-server'), 'Redis server v=6.0.16 sha=0');

    const refused = { code: 'redis-too-old', message: expect.stringContaining(`${path} is Redis 6.0.16`) };
    await expect(find()).rejects.toMatchObject(refused);
    await expect(find({ REDIS_SERVER_BIN: path })).rejects.toMatchObject(refused);
  });

  test('uses a container engine that answers', async () => {
    const path = await fakeServer(join(searchPath, 'docker'), 'Redis server v=8.2.1 sha=0');

    expect(await find()).toEqual({ kind: 'container', path, version: '8.2.1' });
  });

  test('explains how to install Redis if none is found', async () => {
    await writeFile(join(searchPath, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });

    await expect(find()).rejects.toMatchObject({
      code: 'redis-not-found',
      message: expect.stringMatching(/apt-get install redis-server[\s\S]*brew install redis[\s\S]*REDIS_SERVER_BIN/),
    });
  });
});
