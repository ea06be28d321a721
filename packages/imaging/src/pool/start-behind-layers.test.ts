import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Layer, Sandbox } from '../sandbox/layers.ts';
import { misbehavingProgram, runImage } from '../test-support/misbehaviour.ts';
import { createEnginePool, type EnginePoolOptions } from './create-engine-pool.ts';
import type { EngineProcess } from './engine-process.ts';
import type { PoolEvent, SandboxEvent } from './pool-event.ts';
import { startBehindLayers } from './start-behind-layers.ts';

async function openPool(options: EnginePoolOptions) {
  const reports: SandboxEvent[] = [];
  const onEvent = (event: PoolEvent) => void (event.is === 'sandbox' && reports.push(event));
  const pool = await createEnginePool({ processes: 1, ...options, onEvent });
  onTestFinished(() => pool.close());
  const [report] = reports;
  if (!report || reports.length > 1) throw new Error('There is not exactly one report.');
  return { pool, report };
}

describe.runIf(process.platform !== 'win32')('a program that needs a file which layers hide', () => {
  const program = fileURLToPath(new URL('../test-support/engine-with-a-file.ts', import.meta.url));

  test('runs without these layers, which are reported with the reason, and with all others', async () => {
    const { report: usual } = await openPool({ program: misbehavingProgram });
    const { pool, report } = await openPool({ program });
    const hiding: readonly Layer[] = usual.active.filter(
      (layer) => layer === 'permission-model' || layer === 'landlock',
    );
    expect(report.active).toEqual(usual.active.filter((layer) => !hiding.includes(layer)));
    const left = report.missing.filter(({ because }) => because === 'program');
    expect(left.map(({ layer }) => layer)).toEqual(hiding);
    expect(left.filter(({ reason }) => !/^Error: (?:Access to this API|EACCES)/.test(reason))).toEqual([]);
    expect(await runImage(pool, { at: 'inspect', by: 'nothing' })).toBe(5);
  });

  test('does not start if one of these layers is required', async () => {
    const start = createEnginePool({ processes: 1, program, layers: ['permission-model'] });
    await expect(start).rejects.toThrow(/do not work here: permission-model \(Error: Access to this API/);
  });
});

test('processes have the chosen layers only', async () => {
  const { report } = await openPool({ program: misbehavingProgram, layers: ['permission-model'] });
  expect(report.active.filter((layer) => layer !== 'seccomp')).toEqual(['permission-model']);
  expect(new Set(report.missing.map(({ because, layer }) => (layer === 'seccomp' ? 'setting' : because)))).toEqual(
    new Set(['setting']),
  );
});

describe('the first start', () => {
  const active: readonly Layer[] = ['permission-model', 'call-filter', 'landlock'];
  const probed: Sandbox = {
    launchers: [
      { layer: 'call-filter', command: ['filter'] },
      { layer: 'landlock', command: ['landlock'] },
    ],
    filter: undefined,
    active,
    missing: [],
  };
  const never = new AbortController().signal;

  function startsOf(doesStart: (layers: readonly Layer[], attempt: number) => boolean) {
    const state = { attempts: 0, alive: 0, proven: undefined as Sandbox | undefined };
    const start = startBehindLayers({
      probed,
      required: [],
      async start(sandbox) {
        state.attempts += 1;
        if (!doesStart(sandbox.active, state.attempts)) throw new Error('did not start.\n  at x\nError: no memory');
        state.alive += 1;
        const kill = () => {
          state.alive -= 1;
        };
        return { kill, ended: Promise.resolve('replaced') } as Partial<EngineProcess> as EngineProcess;
      },
      onProven(sandbox) {
        state.proven = sandbox;
      },
    });
    return { state, start };
  }

  test('costs no layer if it fails once for another reason, and leaves one process', async () => {
    const { state, start } = startsOf((_, attempt) => attempt > 1);
    await start(never);
    expect(state).toMatchObject({ alive: 1, proven: { active, missing: [] } });
    await start(never);
    expect(state.alive).toBe(2);
  });

  test.each(active)('that fails behind %s keeps the other layers', async (layer) => {
    const { state, start } = startsOf((layers) => !layers.includes(layer));
    await start(never);
    const missing = [{ layer, because: 'program', reason: 'Error: no memory' }];
    expect(state).toMatchObject({ alive: 1, proven: { active: active.filter((other) => other !== layer), missing } });
  });

  test('that fails without any layer is tried twice', async () => {
    const { state, start } = startsOf(() => false);
    await expect(start(never)).rejects.toThrow('no memory');
    expect(state).toMatchObject({ attempts: 2, alive: 0, proven: undefined });
  });
});
