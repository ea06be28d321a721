import { runCommandLine } from './run-command-line.ts';

const failure = await runCommandLine(process.argv.slice(2));
// A command that ended by itself has set `process.exitCode`, and may have output that is not written yet.
if (failure !== undefined) process.exit(failure);
