import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { FailureToExplain } from '../explain.ts';

const TIMEOUT_MS = 60_000;

/** Runs one of our one-shot programs. @throws FailureToExplain with what it printed when it fails */
export async function runToEnd(program: {
  name: string;
  entry: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
}): Promise<void> {
  const { name, entry, env, logFile } = program;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [entry], { env, timeout: TIMEOUT_MS });
    await writeFile(logFile, stdout);
  } catch (error) {
    throw new FailureToExplain(`The ${name} failed: ${(error as { stderr?: string }).stderr || error}`);
  }
}
