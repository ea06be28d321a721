import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { PortInUseError } from '../loopback-port.ts';
import { RedisStartError } from './redis-errors.ts';
import { connectOnce } from './server-info.ts';
import { type RedisProcess, type StartRedisOptions, startRedis } from './start-redis.ts';

describe('a started Redis', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imagemill redis "'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  async function start(options: Partial<StartRedisOptions> = {}): Promise<RedisProcess> {
    const redis = await startRedis({ dir, ...options });
    onTestFinished(() => redis.stop());
    return redis;
  }

  async function ask({ port }: RedisProcess, command: string, ...args: string[]): Promise<unknown> {
    const client = connectOnce({ host: '127.0.0.1', port });
    onTestFinished(() => client.disconnect());
    await client.connect();
    return client.call(command, ...args);
  }

  test('keeps its data across a restart', async () => {
    const first = await start();
    await ask(first, 'SET', 'job', 'wärts');
    await first.stop();

    expect(await ask(await start(), 'GET', 'job')).toBe('wärts');
  });

  test('keeps its data if it is killed', async () => {
    const first = await start();
    await ask(first, 'SET', 'job', 'waiting');
    process.kill(first.pid, 'SIGKILL');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });

    expect(await ask(await start(), 'GET', 'job')).toBe('waiting');
  });

  test('loses its data without an append-only file', async () => {
    const first = await start({ appendOnly: false });
    await ask(first, 'SET', 'job', 'waiting');
    await first.stop();

    expect(await ask(await start({ appendOnly: false }), 'GET', 'job')).toBeNull();
  });

  test('never evicts a key and syncs its file every second', async () => {
    const redis = await start();

    expect(await ask(redis, 'CONFIG', 'GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await ask(redis, 'CONFIG', 'GET', 'appendfsync')).toEqual(['appendfsync', 'everysec']);
    expect(await ask(redis, 'CONFIG', 'GET', 'bind')).toEqual(['bind', '127.0.0.1']);
  });

  test("reports the server's own pid and URL", async () => {
    const redis = await start();

    expect(await ask(redis, 'INFO', 'server')).toContain(`process_id:${redis.pid}\r\n`);
    expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`);
  });

  test('rejects clients without the password', async () => {
    const password = 'p@ss "word"/ü';
    const redis = await start({ password });

    // A plain socket, because ioredis closes rejected connections.
    const socket = connect(redis.port, '127.0.0.1').setEncoding('utf8');
    onTestFinished(() => void socket.destroy());
    socket.write('PING\r\n');
    expect((await once(socket, 'data'))[0]).toMatch(/^-NOAUTH/);
    const { hostname: host, port, password: encoded } = new URL(redis.url);
    const client = connectOnce({ host, port: Number(port), password: decodeURIComponent(encoded) });
    onTestFinished(() => client.disconnect());
    await client.connect();
    expect(await client.ping()).toBe('PONG');
  });

  test('has ended when stop returns, and stopping again does nothing', async () => {
    const redis = await start();
    await Promise.all([redis.stop(), redis.stop()]);
    await redis.stop();

    expect(() => process.kill(redis.pid, 0)).toThrow('ESRCH');
    expect(await redis.exited).toEqual({ code: 0, signal: null });
  });

  test('reports the port if another program uses it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;

    const refused = start({ port });
    await expect(refused).rejects.toBeInstanceOf(PortInUseError);
    await expect(refused).rejects.toMatchObject({ code: 'port-in-use', message: expect.stringContaining(`${port}`) });
  });

  test('fails with the end of the log if the server exits at once', async () => {
    const path = join(dir, 'failing-server');
    await writeFile(path, '#!/bin/sh\necho "Bad file format reading the append only file"\nexit 1\n', { mode: 0o755 });

    const failed = start({ server: { kind: 'configured', path, version: '7.0.0' } });
    await expect(failed).rejects.toBeInstanceOf(RedisStartError);
    await expect(failed).rejects.toThrow('failing-server ended at start:\nBad file format');
  });

  test('fails if the server cannot be run', async () => {
    const server = { kind: 'configured', path: join(dir, 'no-such-server'), version: '7.0.0' } as const;

    await expect(start({ server })).rejects.toThrow('no-such-server could not be started');
  });
});
