import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { FailureToExplain } from '../explain.ts';

const TIMEOUT_MS = 60_000;

/**
 * Runs one of our one-shot programs.
 *
 * @param program.signal ends the program; the promise rejects with an AbortError
 * @throws FailureToExplain with the program's output if it fails
 */
export async function runToEnd(program: {
  name: string;
  entry: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  signal: AbortSignal;
}): Promise<void> {
  const { name, entry, env, logFile, signal } = program;
  const log = await open(logFile, 'w', 0o600);
  try {
    const child = spawn(process.execPath, [entry], {
      env,
      stdio: ['ignore', log.fd, log.fd],
      // A separate process group: otherwise, Ctrl-C in a terminal would end it as a failure.
      detached: true,
      timeout: TIMEOUT_MS,
      signal,
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code === 0) return;
    const reason = code === null ? `it did not exit within ${TIMEOUT_MS / 1000} s` : `it exited with code ${code}`;
    throw new FailureToExplain(`The ${name} failed: ${(await readFile(logFile, 'utf8')).trim() || reason}`);
  } finally {
    await log.close();
  }
}
