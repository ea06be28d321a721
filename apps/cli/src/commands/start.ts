import type { Command } from 'commander';
import { curlRecipe } from '../show/curl-recipe.ts';
import { showSamples } from '../show/show-samples.ts';
import { stackAddresses } from '../show/stack-addresses.ts';
import { stayUp } from '../stack/stay-up.ts';
import { helpAfter, stackEnvironment, stackExitCodes } from './help.ts';
import { localStack } from './local-stack.ts';

/** `imagemill start`: starts the local stack, renders the sample photographs and prints the next steps. */
export function start(program: Command): void {
  program
    .command('start')
    .description(
      'start Redis, S3, the API, the workers and the edge on this machine, render two sample photographs, and run until Ctrl-C',
    )
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill start', 'start everything'],
          ['API_PORT=0 EDGE_PORT=0 S3_PORT=0 imagemill start', 'use any free ports'],
          ['IMPORT_ALLOW_PRIVATE=true imagemill start', 'allow imports from this machine and its network'],
        ],
        environment: stackEnvironment,
        exitCodes: stackExitCodes,
      }),
    )
    .action(() =>
      stayUp(localStack, async (stack, signal) => {
        await showSamples(stack.file, signal);
        if (signal.aborted) return;
        process.stdout.write(`\n${stackAddresses(stack)}\n\n${curlRecipe(stack.file)}\n\nCtrl-C stops everything.\n`);
      }),
    );
}
