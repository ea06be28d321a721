import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { entryPoints } from './entry-points.ts';

const TIMEOUT_MS = 60_000;

interface BuildOptions {
  readonly logFile: string;
  readonly say: (step: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Builds the console if its sources have changed.
 *
 * @returns the folder to serve; undefined if the build fails, which is reported and does not stop the start
 */
export async function consoleDir({ logFile, say, signal }: BuildOptions): Promise<string | undefined> {
  try {
    const env = { ...process.env, NO_COLOR: '1' };
    const options = { env, timeout: TIMEOUT_MS, signal };
    const { stdout } = await promisify(execFile)(process.execPath, [entryPoints.buildConsole], options);
    return stdout.trim();
  } catch (error) {
    if (signal.aborted) return undefined;
    await writeFile(logFile, `${(error as Error).message}\n`, { mode: 0o600 });
    say(`The console could not be built. The stack starts without it. See ${logFile}`);
    return undefined;
  }
}
