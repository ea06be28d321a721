import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { misbehavingProgram, runImage } from '../test-support/misbehaviour.ts';
import { allocatorSettings } from './allocator.ts';
import { createEnginePool, type EnginePool, type EnginePoolOptions } from './create-engine-pool.ts';
import type { PoolEvent } from './pool-event.ts';

const pools: EnginePool[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

async function openPool(options: EnginePoolOptions = {}) {
  const events: PoolEvent[] = [];
  const pool = await createEnginePool({
    processes: 2,
    slots: 2,
    program: misbehavingProgram,
    ...options,
    onEvent: (event) => void events.push(event),
  });
  pools.push(pool);
  const pids = () => events.flatMap((event) => (event.is === 'started' ? [event.pid] : []));
  const until = (line: string) =>
    vi.waitUntil(() => events.some((event) => event.is === 'log' && event.line === line), { timeout: 60_000 });
  return { pool, pids, until, events };
}

/** False for a process that has ended, even if its parent has not reaped it yet. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

test('closing ends every process, and the running work with an error', async () => {
  const { pool, pids, until } = await openPool();
  const running = [runImage(pool, { at: 'decode', by: 'burning' }), runImage(pool, { at: 'decode', by: 'looping' })];
  const waiting = runImage(pool, { at: 'decode', by: 'burning' });
  const ended = Promise.allSettled([...running, waiting]);
  await Promise.all([until('decode burning'), until('decode looping')]);
  await pool.close();
  expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(pids().filter(isAlive)).toEqual([]);
  expect(pool.status()).toEqual({ idle: 0, busy: 0 });
});

describe('processes end with their worker, even if that is killed', () => {
  test.each(['nothing', 'burning'] as const)('while they are %s', async (by) => {
    const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const script = `
      const { createEnginePool } = await import(${module('./create-engine-pool.ts')});
      const { runImage } = await import(${module('../test-support/misbehaviour.ts')});
      const onEvent = (event) => {
        if (event.is === 'log') console.log('busy');
        if (event.is === 'started') console.log(event.pid);
      };
      const pool = await createEnginePool({ processes: 1, program: ${JSON.stringify(misbehavingProgram)}, onEvent });
      if ('${by}' === 'nothing') console.log('busy');
      await runImage(pool, { at: 'decode', by: '${by}' });
      setInterval(() => {}, 1000);`;
    const worker = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void worker.kill('SIGKILL'));
    const lines: string[] = [];
    createInterface({ input: worker.stdout }).on('line', (line) => lines.push(line));
    await vi.waitUntil(() => lines.includes('busy'), { timeout: 60_000 });
    const engine = Number(lines[0]);
    expect(isAlive(engine)).toBe(true);
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    await vi.waitUntil(() => !isAlive(engine), { timeout: 60_000 });
  });
});

test('processes are started on demand, up to their number', async () => {
  const { pool, pids, until } = await openPool();
  expect(await runImage(pool, { at: 'inspect', by: 'nothing' })).toBe(5);
  expect(pids()).toHaveLength(1);
  const abort = new AbortController();
  const busy = runImage(pool, { at: 'decode', by: 'burning' }, abort.signal);
  const ended = expect(busy).rejects.toThrow('enough');
  await until('decode burning');
  expect(await Promise.all([1, 2, 3].map(() => runImage(pool, { at: 'inspect', by: 'nothing' })))).toEqual([5, 5, 5]);
  expect(pids()).toHaveLength(2);
  abort.abort(new Error('enough'));
  await ended;
});

test('a summary that takes longer than all renditions is finished, and its process stays', async () => {
  const { pool, events } = await openPool({ processes: 1 });
  expect(await runImage(pool, { at: 'summarise', by: 'pausing' })).toBe(5);
  await vi.waitUntil(() => pool.status().idle === 1);
  expect(events.map(({ is }) => is)).not.toContain('ended');
});

test('a process is replaced after its share of images', async () => {
  const { pool, events } = await openPool({ processes: 1, imagesMax: 3 });
  for (let image = 0; image < 7; image++) expect(await runImage(pool, { at: 'inspect', by: 'nothing' })).toBe(5);
  const reasons = () => events.flatMap((event) => (event.is === 'ended' ? [event.reason] : []));
  await vi.waitUntil(() => reasons().length === 2, { timeout: 60_000 });
  expect(reasons()).toEqual(['replaced', 'replaced']);
});

test('the queue for a process is bounded', async () => {
  const { pool, until } = await openPool({ processes: 1, waitingMax: 2 });
  const running = runImage(pool, { at: 'inspect', by: 'burning' });
  await until('inspect burning');
  const ended = Promise.allSettled([running, ...[1, 2].map(() => runImage(pool, { at: 'inspect', by: 'nothing' }))]);
  await expect(runImage(pool, { at: 'inspect', by: 'nothing' })).rejects.toMatchObject({
    code: 'engine-busy',
    retryable: true,
  });
  await pool.close();
  await ended;
});

test('a pool whose processes do not start reports the reason', async () => {
  const program = fileURLToPath(new URL('../test-support/no-engine.ts', import.meta.url));
  await expect(createEnginePool({ program })).rejects.toThrow(/did not start[\s\S]*no engine in this program/);
});

test.runIf(process.platform === 'linux')(
  'a process inherits no environment, no descriptor but its channel, and no folder',
  async () => {
    vi.stubEnv('S3_SECRET_ACCESS_KEY', 'a secret');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { pids } = await openPool({ processes: 1, environment: { GREETING: 'hello' } });
    const [pid] = pids();
    const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .map((entry) => entry.split('=')[0]);
    expect(names.filter(Boolean).sort()).toEqual(
      ['GREETING', ...Object.keys(allocatorSettings), 'UV_THREADPOOL_SIZE'].sort(),
    );
    const files = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    // Standard output; standard input, which has ended, standard error and the channel. Node's own event loop has the other descriptors.
    const kinds = files.map((target) => target.replace(/:?\[.*\]$/, '')).filter((kind) => kind !== 'anon_inode');
    expect([...new Set(kinds)].sort()).toEqual(['/dev/null', 'pipe', 'socket']);
    expect(kinds.filter((kind) => kind === 'socket')).toHaveLength(3);
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
  },
);
