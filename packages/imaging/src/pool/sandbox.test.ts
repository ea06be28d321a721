import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { misbehavingProgram, runImage } from '../test-support/misbehaviour.ts';
import { createEnginePool, type EnginePool } from './create-engine-pool.ts';
import type { PoolEvent } from './pool-event.ts';
import { probeSandbox } from './sandbox.ts';

const linux = process.platform === 'linux';
const sandbox = await probeSandbox();
const has = (layer: (typeof sandbox.active)[number]) => sandbox.active.includes(layer);

describe('an engine process', () => {
  const events: PoolEvent[] = [];
  let pool: EnginePool;
  let pid = 0;
  beforeAll(async () => {
    const options = { processes: 1, program: misbehavingProgram };
    pool = await createEnginePool({ ...options, onEvent: (event) => void events.push(event) });
    pid = events.flatMap((event) => (event.is === 'started' ? [event.pid] : []))[0] ?? 0;
  });
  afterAll(() => pool.close());
  const status = (field: string) =>
    new RegExp(`^${field}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

  test.runIf(linux && has('network-namespace'))('has a network of its own, without an interface', () => {
    expect(readlinkSync(`/proc/${pid}/ns/net`)).not.toBe(readlinkSync('/proc/self/ns/net'));
    const interfaces = readFileSync(`/proc/${pid}/net/dev`, 'utf8').split('\n').slice(2).filter(Boolean);
    expect(interfaces.map((line) => line.split(':')[0]?.trim())).toEqual(['lo']);
  });

  test.runIf(linux && has('no-new-privileges'))('has no capabilities, and cannot get any', () => {
    expect(status('NoNewPrivs')).toBe('1');
    expect(status('CapEff')).toMatch(/^0+$/);
  });

  test.runIf(linux && has('resource-limits'))('dumps no core', () => {
    expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size\s+0\s+0/m);
  });

  test.runIf(has('permission-model'))('runs under the permission model of Node', () => {
    expect(execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })).toContain('--permission');
  });

  test.runIf(linux && has('no-new-privileges'))('ends with its worker even if it is stuck', async () => {
    const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const script = `
      const { createEnginePool } = await import(${module('./create-engine-pool.ts')});
      const { runImage } = await import(${module('../test-support/misbehaviour.ts')});
      let engine;
      const onEvent = (event) => {
        if (event.is !== 'log') return void (engine = event.pid);
        process.stdout.write(String(engine), () => process.kill(process.pid, 'SIGKILL'));
      };
      const pool = await createEnginePool({ processes: 1, program: ${JSON.stringify(misbehavingProgram)}, onEvent });
      await runImage(pool, { at: 'decode', by: 'looping' });`;
    let stuck = 0;
    try {
      execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    } catch (error) {
      stuck = Number((error as { stdout: Buffer }).stdout);
    }
    expect(stuck).toBeGreaterThan(0);
    const state = () => {
      try {
        return execFileSync('ps', ['-o', 'stat=', '-p', String(stuck)], { encoding: 'utf8' }).trim();
      } catch {
        return 'gone';
      }
    };
    await vi.waitUntil(() => /^(?:Z|gone)/.test(state()));
  });

  test('reports which layers it has', () => {
    const [report] = events.filter((event) => event.is === 'sandbox');
    expect(report).toEqual({ is: 'sandbox', active: sandbox.active, missing: sandbox.missing });
  });

  test('renders', async () => {
    expect(await runImage(pool, { at: 'inspect', by: 'nothing' })).toBe(5);
  });
});
