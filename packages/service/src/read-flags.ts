import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

const helpFlag = { help: { type: 'boolean', short: 'h' } } as const;

/**
 * Reads the flags of a one-shot program from its command line. `--help` prints the help. A wrong flag prints what is wrong and the help to
 * standard error, and sets exit code 2.
 *
 * @returns undefined in these cases: there is nothing to do
 */
export function readFlags<const Flags extends ParseArgsOptionsConfig>(flags: Flags, help: string) {
  try {
    if (parseArgs({ options: { ...flags, ...helpFlag } as ParseArgsOptionsConfig }).values.help !== true) {
      return parseArgs({ options: flags }).values;
    }
    process.stdout.write(`${help}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}\n`);
    process.exitCode = 2;
  }
  return undefined;
}
