import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { entryPoints } from './entry-points.ts';

const TIMEOUT_MS = 60_000;

/**
 * Builds the console if its sources have changed.
 *
 * @returns the folder to serve; undefined where it can't be built, which is told and keeps nothing else from working
 */
export async function consoleDir(say: (step: string) => void, signal: AbortSignal): Promise<string | undefined> {
  try {
    const options = { timeout: TIMEOUT_MS, signal };
    const { stdout } = await promisify(execFile)(process.execPath, [entryPoints.buildConsole], options);
    return stdout.trim();
  } catch (error) {
    signal.throwIfAborted();
    say(`Going on without the console: ${(error as Error).message.trim()}`);
    return undefined;
  }
}
