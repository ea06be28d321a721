import { vi } from 'vitest';
import { runCommandLine } from '../../apps/cli/src/run-command-line.ts';
import type { runProgram } from './run-program.ts';

type Result = Awaited<ReturnType<typeof runProgram>>;

/**
 * Runs a command of `imagemill` to completion, in this process: the start of a process takes more CPU than most commands. One at a
 * time: it has this process's environment, output and exit code.
 *
 * @param env variables of the command; undefined removes one
 */
export async function runCommand(args: readonly string[], env: Record<string, string | undefined>): Promise<Result> {
  const { exitCode } = process;
  const result: Result = { code: 0, stdout: '', stderr: '' };
  const outputs = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      result[name] += String(text);
      return true;
    }),
  );
  const removeListeners = listenersToRemove();
  process.exitCode = undefined;
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    const failure = await runCommandLine(args);
    return { ...result, code: failure ?? Number(process.exitCode ?? 0) };
  } finally {
    process.exitCode = exitCode;
    vi.unstubAllEnvs();
    removeListeners();
    for (const output of outputs) output.mockRestore();
  }
}

/** Commands listen for Ctrl-C and for a lost reader of their output until their process ends. */
function listenersToRemove(): () => void {
  const before = [process.listeners('SIGINT'), process.stdout.listeners('error')] as readonly unknown[][];
  return () => {
    for (const listener of process.listeners('SIGINT')) {
      if (!before[0]?.includes(listener)) process.removeListener('SIGINT', listener);
    }
    for (const listener of process.stdout.listeners('error')) {
      if (!before[1]?.includes(listener)) process.stdout.removeListener('error', listener as () => void);
    }
  };
}
