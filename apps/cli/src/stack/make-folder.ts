import { access, chmod, constants, mkdir } from 'node:fs/promises';
import { FailureToExplain } from '../explain.ts';

/**
 * Creates the stack's folder and its log folder if missing. Only its owner can open it: it contains keys.
 *
 * @throws FailureToExplain if the folder is not writable
 */
export async function makeFolder(dir: string, logs: string): Promise<void> {
  try {
    await mkdir(logs, { recursive: true });
    await chmod(dir, 0o700);
    await access(dir, constants.W_OK);
  } catch (error) {
    throw new FailureToExplain(
      `Cannot write to ${dir} (${(error as NodeJS.ErrnoException).code}). Set IMAGEMILL_DIR to a writable folder.`,
    );
  }
}
