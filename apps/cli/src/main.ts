import { Command } from 'commander';
import { keys } from './commands/keys.ts';
import { reconcile } from './commands/reconcile.ts';
import { stack } from './commands/stack.ts';
import { start } from './commands/start.ts';
import { upload } from './commands/upload.ts';
import { explanation } from './explain.ts';

const program = new Command('imagemill')
  .description('Image upload and variant service: the local stack, and a seller app on the command line.')
  .addHelpText('after', '\nExit codes: 0 done, 1 failed or refused, 2 wrong usage, 130 interrupted.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

for (const addCommand of [start, stack, upload, reconcile, keys]) addCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${explanation(error)}\n`);
  process.exit(1);
}
