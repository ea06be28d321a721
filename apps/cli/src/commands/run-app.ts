import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs a one-shot program of an app to its end, on this terminal, and exits with its code. */
export async function runApp(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit', env });
  // Ctrl-C reaches the child too, which handles it.
  process.on('SIGINT', () => {});
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
