import { configuredKeyEntry } from '@imagemill/keys';
import type { Command } from 'commander';
import { entryPoints } from '../stack/entry-points.ts';
import { stackOrDeployment, storesEnv } from '../stack/running-stack.ts';
import { helpAfter } from './help.ts';
import { runApp } from './run-app.ts';

/** `imagemill doctor`: examines the local stack, or the deployment in the environment. */
export function doctor(program: Command): void {
  program
    .command('doctor')
    .description('check a deployment, and print how to fix each problem')
    .option('--json', 'print a JSON object per finding, and one for the summary')
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill doctor', 'the local stack, if one is running'],
          ['REDIS_URL=… S3_ENDPOINT=… imagemill doctor', 'a deployment, from where it runs'],
        ],
        environment: [
          ['REDIS_URL, S3_ENDPOINT, …', "the API's variables (default: the local stack's)"],
          ['CORS_ORIGINS', 'web origins that may upload'],
          ['WEBHOOK_ENDPOINTS_FILE', "the workers' file, whose endpoints must be reachable"],
          ['IMAGEMILL_DIR', 'folder of the local stack (default: .imagemill)'],
        ],
        exitCodes: [
          [0, 'no problem; warnings are possible'],
          [1, 'at least one problem'],
          [2, 'wrong usage'],
          [130, 'interrupted'],
        ],
      }),
    )
    .action(async ({ json }: { json?: boolean }) => {
      const stack = await localStackEnv();
      // Workers of a deployment run on other machines.
      const args = [...(json ? ['--json'] : []), ...(stack ? ['--layers', entryPoints.layers] : [])];
      await runApp(entryPoints.doctor, args, { ...stack, ...process.env });
    });
}

/** The variables of the local stack, if one is running. @throws FailureToExplain if there is no deployment either */
async function localStackEnv(): Promise<NodeJS.ProcessEnv | undefined> {
  const stack = await stackOrDeployment();
  if (!stack) return undefined;
  return {
    ...storesEnv(stack),
    CDN_BASE_URL: stack.cdnBaseUrl,
    EDGE_BASE_URL: stack.edgeUrl,
    API_BASE_URL: stack.apiUrl,
    API_KEYS: configuredKeyEntry(stack.apiKey, 'demo', ['upload']),
    // Every program of the stack listens on loopback only.
    HOST: '127.0.0.1',
  };
}
