import { CommanderError } from 'commander';
import { explanation } from './explain.ts';
import { createProgram } from './program.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`${explanation(error)}\n`);
  process.exit(1);
}
