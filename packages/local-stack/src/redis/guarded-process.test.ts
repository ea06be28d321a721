import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from './host-programs.ts';

describe('a guarded server', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imagemill-guarded-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  interface Family {
    readonly parent: ChildProcess;
    readonly guardian: number;
    readonly redis: number;
  }

  /** Starts Redis from a separate process, which the test can kill. */
  async function startFamily(): Promise<Family> {
    const module = new URL('./start-redis.ts', import.meta.url).href;
    const script = `
      const { startRedis } = await import(${JSON.stringify(module)});
      const redis = await startRedis({ dir: ${JSON.stringify(dir)} });
      process.send(redis.pid);
      await redis.exited;
      process.send('exited');
      process.disconnect();`;
    const args = ['--input-type=module', '--eval', script];
    const parent = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [redis] = await once(parent, 'message');
    return { parent, redis, guardian: (await statusOf(redis))?.parent ?? 0 };
  }

  test('ends if the process that started it is killed', async () => {
    const { parent, guardian, redis } = await startFamily();
    parent.kill('SIGKILL');

    await untilEnded(redis);
    await untilEnded(guardian);
  });

  test('ends if its guardian is killed, and reports that to its owner', async () => {
    const { parent, guardian, redis } = await startFamily();
    process.kill(guardian, 'SIGKILL');

    expect(await once(parent, 'message')).toEqual(['exited', undefined]);
    await untilEnded(redis);
  });

  test('keeps running if the terminal interrupts the process that started it', async () => {
    const { parent, guardian, redis } = await startFamily();
    const terminalGroup = (await statusOf(parent.pid ?? 0))?.group;

    expect((await statusOf(guardian))?.group).not.toBe(terminalGroup);
    expect((await statusOf(redis))?.group).not.toBe(terminalGroup);
  });
});

async function untilEnded(pid: number): Promise<void> {
  await vi.waitFor(async () => expect(await statusOf(pid)).toBeUndefined(), { interval: 50 });
}

interface ProcessStatus {
  readonly parent: number;
  readonly group: number;
}

/** Undefined if it has ended, even if its parent has not reaped it yet. */
async function statusOf(pid: number): Promise<ProcessStatus | undefined> {
  const printed = await runCommand('ps', ['-o', 'ppid=,pgid=,stat=', '-p', `${pid}`], { timeoutMs: 60_000 }).catch(
    () => '',
  );
  const [parent, group, state] = printed.trim().split(/\s+/);
  return state === undefined || state.startsWith('Z') ? undefined : { parent: Number(parent), group: Number(group) };
}
