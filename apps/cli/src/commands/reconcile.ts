import { parseEnv } from '@imagemill/service/environment';
import type { Command } from 'commander';
import { reconcileEnv } from '../env.ts';
import { entryPoints } from '../stack/entry-points.ts';
import { readStackFile } from '../stack/stack-file.ts';
import { helpAfter } from './help.ts';
import { runApp } from './run-app.ts';

/** `imagemill reconcile`: a full reconciliation, of the local stack or of the deployment in the environment. */
export function reconcile(program: Command): void {
  program
    .command('reconcile')
    .description('compare the buckets with the queue, and repair every difference')
    .option('--dry-run', 'only print what would be done')
    .option('--json', 'print a JSON object per finding, and one for the summary')
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill reconcile --dry-run', 'the differences, without a change'],
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
      const env = { ...(await localStackEnv()), ...process.env };
      await runApp(entryPoints.reconcile, flags, env);
    });
}

/** The addresses of the local stack, if one is running. */
async function localStackEnv(): Promise<NodeJS.ProcessEnv> {
  const stack = await readStackFile(parseEnv(reconcileEnv, process.env).IMAGEMILL_DIR);
  if (!stack) return {};
  return {
    REDIS_URL: stack.redisUrl,
    S3_ENDPOINT: stack.s3Endpoint,
    S3_ACCESS_KEY_ID: stack.s3AccessKeyId,
    S3_SECRET_ACCESS_KEY: stack.s3SecretAccessKey,
    ORIGINALS_BUCKET: stack.originalsBucket,
    CDN_BUCKET: stack.cdnBucket,
  };
}
