import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RunningExample {
  /** Without a trailing slash. */
  readonly url: string;
  /** Stops it as Ctrl-C does. @returns the exit code */
  stop(): Promise<number | null>;
}

/** Starts an example with its `start` script, and waits for the address that it prints. */
export async function startExample(name: string, env: Readonly<Record<string, string>>): Promise<RunningExample> {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  let output = '';
  const url = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const [, address] = /(http:\/\/[\d.:]+)\/\n/.exec(output) ?? [];
      if (address) resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exit.then(() => reject(new Error(`The example ended:\n${output}`)));
  });
  const stop = async () => {
    child.kill('SIGINT');
    return (await exit)[0];
  };
  return { url: await url, stop };
}
