import { access, constants, mkdir } from 'node:fs/promises';
import { FailureToExplain } from '../explain.ts';

/** Makes the stack's folder, and its logs', when absent. @throws FailureToExplain when nothing can be written there */
export async function makeFolder(dir: string, logs: string): Promise<void> {
  try {
    await mkdir(logs, { recursive: true });
    await access(dir, constants.W_OK);
  } catch (error) {
    throw new FailureToExplain(
      `${dir} can't be written (${(error as NodeJS.ErrnoException).code}). Set IMAGEMILL_DIR to a folder that can be.`,
    );
  }
}
