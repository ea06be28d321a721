import type { Command } from 'commander';
import { stackAddresses } from '../show/stack-addresses.ts';
import { stayUp } from '../stack/stay-up.ts';
import { localStack } from './local-stack.ts';

/** `imagemill stack`: the local stack alone, until Ctrl-C. */
export function stack(program: Command): void {
  program
    .command('stack')
    .description('bring up Redis, S3, the API and the workers on this machine, until Ctrl-C')
    .action(() =>
      stayUp(localStack, async (running) => {
        process.stdout.write(`\n${stackAddresses(running)}\n\nCtrl-C stops all of it.\n`);
      }),
    );
}
