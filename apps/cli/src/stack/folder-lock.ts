import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface FolderLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Claims a folder for one process: two stacks on the same data would ruin each other's. It is SQLite's lock on an empty
 * file, which the system frees the moment its holder is gone, however that happened.
 *
 * @returns undefined when another process holds the folder
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
