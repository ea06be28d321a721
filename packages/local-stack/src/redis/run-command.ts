import { execFile } from 'node:child_process';

interface RunOptions {
  readonly timeoutMs: number;
  readonly cwd?: string;
}

/** Runs a program to its end and returns what it printed; fails on a non-zero code and when it takes too long. */
export function runCommand(command: string, args: readonly string[], { timeoutMs, cwd }: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // SIGKILL: apt-get and container clients may take SIGTERM as a wish.
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024, cwd } as const;
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const reason = error.killed ? `took longer than ${timeoutMs} ms` : stderr.trim() || error.message;
      reject(new Error(`${command} ${args[0] ?? ''}: ${reason}`, { cause: error }));
    });
    child.stdin?.end();
  });
}
