import { CommanderError } from 'commander';
import { explanation } from './explain.ts';
import { createProgram } from './program.ts';

/**
 * Runs a command line, and explains a failure on standard error.
 *
 * @param args without the program's name
 * @returns the exit code if the command failed or its line was wrong; undefined if the command ended by itself
 */
export async function runCommandLine(args: readonly string[]): Promise<number | undefined> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${explanation(error)}\n`);
    return 1;
  }
}
