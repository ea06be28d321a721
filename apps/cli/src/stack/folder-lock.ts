import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface FolderLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Locks a folder for one process: two stacks on the same data would corrupt it. The lock is SQLite's, on an empty file.
 * The operating system releases it when its holder exits, even after SIGKILL.
 *
 * @returns undefined if another process holds the lock
 */
export function lockFolder(dir: string): FolderLock | undefined {
  const file = new DatabaseSync(join(dir, 'lock'));
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  return { release: () => file.close() };
}
