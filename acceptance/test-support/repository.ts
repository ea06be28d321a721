import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
export const read = (path: string) => readFile(join(root, path), 'utf8');

const notOurs = new Set(['node_modules', '.git', '.imagemill']);

/** Paths from the root. */
export async function files(pattern: string): Promise<string[]> {
  return Array.fromAsync(glob(pattern, { cwd: root, exclude: (path) => notOurs.has(basename(path)) }));
}
