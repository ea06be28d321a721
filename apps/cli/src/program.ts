import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { deleteImages } from './commands/delete.ts';
import { doctor } from './commands/doctor.ts';
import { helpAfter } from './commands/help.ts';
import { keys } from './commands/keys.ts';
import { list } from './commands/list.ts';
import { reconcile } from './commands/reconcile.ts';
import { redisUsers } from './commands/redis-users.ts';
import { sign } from './commands/sign.ts';
import { stack } from './commands/stack.ts';
import { start } from './commands/start.ts';
import { upload } from './commands/upload.ts';

/** The command line. Its parser throws CommanderError for wrong usage, and after help or the version with exit code 0. */
export function createProgram(): Command {
  const program = new Command('imagemill')
    .description('An image upload and variant service: the local stack, and a seller app on the command line.')
    .version(manifest.version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['npx -y pnpm@12 start', 'start everything on this machine, in a checkout of the project'],
          ['npx -y pnpm@12 imagemill upload photos/', 'any command, in a checkout of the project'],
          ['imagemill upload --help', 'the options of one command, with examples'],
        ],
        exitCodes: [
          [0, 'done'],
          [1, 'failed or rejected'],
          [2, 'wrong usage'],
          [130, 'interrupted'],
        ],
      }),
    )
    // Set before the commands are added: they inherit it.
    .showHelpAfterError('`imagemill help` lists the commands, `imagemill help <command>` the options of one.')
    .exitOverride();
  for (const addCommand of [start, stack, upload, list, deleteImages, sign, reconcile, doctor, keys, redisUsers])
    addCommand(program);
  return program;
}
