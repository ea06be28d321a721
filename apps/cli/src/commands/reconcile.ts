import type { Command } from 'commander';
import { entryPoints } from '../stack/entry-points.ts';
import { stackOrDeployment, storesEnv } from '../stack/running-stack.ts';
import { helpAfter } from './help.ts';
import { runApp } from './run-app.ts';

/** `imagemill reconcile`: a full reconciliation, of the local stack or of the deployment in the environment. */
export function reconcile(program: Command): void {
  program
    .command('reconcile')
    .description('compare the buckets with the queue, and repair differences')
    .option('--dry-run', 'only print what would be done')
    .option('--json', 'print a JSON object per finding, and one for the summary')
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill reconcile --dry-run', 'print the differences, change nothing'],
          ['imagemill reconcile', 'a full round now; workers run one every few minutes'],
        ],
        environment: [
          ['REDIS_URL, S3_ENDPOINT, …', "the worker's variables (default: the local stack)"],
          ['IMAGEMILL_DIR', 'folder of the local stack (default: .imagemill)'],
        ],
        exitCodes: [
          [0, 'done'],
          [1, 'not done'],
          [2, 'wrong usage'],
          [130, 'interrupted; it can be started again at any time'],
        ],
      }),
    )
    .action(async (options: { dryRun?: boolean; json?: boolean }) => {
      const flags = [...(options.dryRun ? ['--dry-run'] : []), ...(options.json ? ['--json'] : [])];
      const stack = await stackOrDeployment();
      const env = { ...(stack && storesEnv(stack)), ...process.env };
      await runApp(entryPoints.reconcile, flags, env);
    });
}
