import { parseEnv } from '@imagemill/service';
import type { Command } from 'commander';
import { stackEnv } from '../env.ts';
import { stackAddresses } from '../show/stack-addresses.ts';
import { bringUp } from '../stack/bring-up.ts';
import { stayUp } from '../stack/stay-up.ts';

/** `imagemill stack`: the local stack alone, until Ctrl-C. */
export function stack(program: Command): void {
  program
    .command('stack')
    .description('bring up Redis, S3, the API and the workers on this machine, until Ctrl-C')
    .action(() =>
      stayUp(
        (signal) => bringUp(parseEnv(stackEnv, process.env), (step) => process.stdout.write(`${step}\n`), signal),
        async (running) => {
          process.stdout.write(`\n${stackAddresses(running)}\n\nCtrl-C stops all of it.\n`);
        },
      ),
    );
}
