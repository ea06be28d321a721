import type { Command } from 'commander';
import { stackAddresses } from '../show/stack-addresses.ts';
import { stayUp } from '../stack/stay-up.ts';
import { helpAfter, stackEnvironment, stackExitCodes } from './help.ts';
import { localStack } from './local-stack.ts';

/** `imagemill stack`: runs the local stack, without sample photographs, until Ctrl-C. */
export function stack(program: Command): void {
  program
    .command('stack')
    .description('start Redis, S3, the API, the workers and the edge on this machine, and run until Ctrl-C')
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill stack', 'start everything, without the sample photographs'],
          ['WORKERS=4 imagemill stack', 'run four worker processes'],
        ],
        environment: stackEnvironment,
        exitCodes: stackExitCodes,
      }),
    )
    .action(() =>
      stayUp(localStack, async (running) => {
        process.stdout.write(`\n${stackAddresses(running)}\n\nCtrl-C stops everything.\n`);
      }),
    );
}
