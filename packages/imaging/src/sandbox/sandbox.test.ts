import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createEnginePool, type EnginePool } from '../pool/create-engine-pool.ts';
import { workspaceFiles } from '../pool/engine-files.ts';
import type { PoolEvent } from '../pool/pool-event.ts';
import type { Outcome, Targets } from '../test-support/attempts.ts';
import { misbehavingProgram, runImage } from '../test-support/misbehaviour.ts';
import { launcherOf } from './layers.ts';
import { withFilter } from './open-filter.ts';
import { probeSandbox } from './probe-sandbox.ts';

const linux = process.platform === 'linux';
const { readable } = workspaceFiles();
const sandbox = await probeSandbox(readable);
afterAll(() => sandbox.filter?.close());
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
      const { createEnginePool } = await import(${module('../pool/create-engine-pool.ts')});
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

  test.runIf(has('call-filter'))('has a filter of its own for system calls', () => {
    expect(status('Seccomp')).toBe('2');
    const ofTests = /^Seccomp_filters:\s+(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    expect(Number(status('Seccomp_filters'))).toBe(Number(ofTests) + 1);
  });

  test('reports which layers it has', () => {
    const [report] = events.filter((event) => event.is === 'sandbox');
    expect(report).toEqual({ is: 'sandbox', active: sandbox.active, missing: sandbox.missing });
  });

  test('renders', async () => {
    expect(await runImage(pool, { at: 'inspect', by: 'nothing' })).toBe(5);
  });

  describe('whose code is not bound by the permissions of Node', () => {
    let folder: string;
    let server: Server;
    let outcome: Outcome;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
      await writeFile(join(folder, 'kept'), 'kept');
      server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      outcome = await attempt({ worker: process.pid, port, folder });
    });
    afterAll(async () => {
      server.close();
      await rm(folder, { recursive: true });
    });

    test.runIf(has('call-filter'))('has no sockets, even where it shares a network', () => {
      expect(outcome.connect).toBe('EPERM');
    });

    test.runIf(has('call-filter'))('starts no processes, and cannot signal or slow down others', () => {
      const { start, signalWorker, signalEngine, slowDownWorker } = outcome;
      expect([start, signalWorker, signalEngine, slowDownWorker]).toEqual(Array(4).fill('EPERM'));
    });

    test.runIf(has('call-filter'))('changes no files', async () => {
      const { write, remove, rename, chmod } = outcome;
      expect([write, remove, rename, chmod]).toEqual(Array(4).fill('EPERM'));
      expect(await readdir(folder)).toEqual(['kept']);
    });

    test.runIf(has('landlock'))('reads no files but those of the program and the system', () => {
      const { readOther, list, readProgram } = outcome;
      expect({ readOther, list, readProgram }).toEqual({ readOther: 'EACCES', list: 'EACCES', readProgram: 'done' });
    });

    test.runIf(has('landlock'))('reads no environment of its worker or of another engine process', () => {
      const { readWorker, readEngine } = outcome;
      expect([readWorker, readEngine]).toEqual(['EACCES', 'EACCES']);
    });
  });
});

test.runIf(linux)('the layers of newer versions of setpriv are active where it has them', () => {
  const program = '/usr/bin/setpriv';
  const setpriv = (...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });
  const offered = [
    ...(setpriv('--help').stdout?.includes('--seccomp-filter') ? ['call-filter'] : []),
    // The kernel may not have it.
    ...(setpriv('--landlock-access=fs', '--landlock-rule=path-beneath::/', 'true').status === 0 ? ['landlock'] : []),
  ];
  expect(sandbox.active).toEqual(expect.arrayContaining(offered));
});

/** Has the layers of an engine process, except for the permission model, which stops JavaScript before the system does. */
function startBehindLayers(...programAndArgs: string[]) {
  const [command = '', ...args] = [...launcherOf(sandbox), process.execPath, ...programAndArgs];
  const stdio = withFilter(['ignore', 'pipe', 'inherit', 'ignore'], sandbox.filter);
  return spawn(command, args, { env: {}, cwd: '/', stdio });
}

async function attempt(targets: Omit<Targets, 'engine'>): Promise<Outcome> {
  const engine = startBehindLayers('--eval', 'console.log("ready"); setInterval(() => {}, 60_000)');
  try {
    // Of a process that has ended, anybody reads an empty environment.
    await once(engine.stdout as Readable, 'data');
    const program = fileURLToPath(new URL('../test-support/attempts.ts', import.meta.url));
    const { stdout } = startBehindLayers(program, JSON.stringify({ ...targets, engine: engine.pid }));
    return (await json(stdout as Readable)) as Outcome;
  } finally {
    engine.kill('SIGKILL');
  }
}
