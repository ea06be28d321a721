import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type Check, type Outcome, problem, skipped } from '../finding.ts';

const execute = promisify(execFile);

const Outcomes = z.array(
  z.object({ result: z.enum(['ok', 'warning', 'skipped']), message: z.string(), fix: z.string().optional() }),
);

/**
 * The layers around engine processes, which depend on the machine of a worker.
 *
 * @param program of the worker, which examines this machine; undefined where no worker runs
 */
export const engineLayersCheck = (program: string | undefined): Check => ({
  name: 'engine layers',
  async run(signal) {
    if (program === undefined)
      return [skipped('they depend on the machine: run `node apps/worker/src/layers.ts` where a worker runs')];
    try {
      const { stdout } = await execute(process.execPath, [program], { signal });
      const lines = stdout.trim().split('\n');
      return Outcomes.parse(lines.map((line) => JSON.parse(line) as unknown)) as readonly Outcome[];
    } catch (error) {
      const { stderr = '' } = error as { stderr?: string };
      if (stderr === '') throw error;
      return [problem(stderr.trim(), 'Engine processes do not start here. Correct this, or ENGINE_LAYERS.')];
    }
  },
});
