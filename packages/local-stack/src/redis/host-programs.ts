import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** The path of the first of these programs on the search path, in the given order. */
export async function executableOnPath(
  searchPath: string | undefined,
  ...names: string[]
): Promise<string | undefined> {
  const folders = (searchPath ?? '').split(delimiter).filter(isAbsolute);
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (await isExecutableFile(path)) return path;
    }
  }
  return undefined;
}

async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

interface RunOptions {
  readonly timeoutMs: number;
  readonly cwd?: string;
}

/** Runs a program and returns its output. Fails on a non-zero exit code and on a timeout. */
export function runCommand(command: string, args: readonly string[], { timeoutMs, cwd }: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // SIGKILL: apt-get and container clients may ignore SIGTERM.
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024, cwd } as const;
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const reason = error.killed ? `took longer than ${timeoutMs} ms` : stderr.trim() || error.message;
      reject(new Error(`${command} ${args[0] ?? ''}: ${reason}`, { cause: error }));
    });
    child.stdin?.end();
  });
}
