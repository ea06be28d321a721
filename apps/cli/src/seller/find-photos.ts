import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mediaTypeOf } from '@imagemill/client';
import { FailureToExplain } from '../explain.ts';
import { isPhotoUrl } from './import-photo.ts';

export interface FoundPhotos {
  /** Files and URLs, in the order of the arguments; those of a folder by name. */
  readonly paths: readonly string[];
  /** Files in folders that are not images by their names. Hidden ones are not counted. */
  readonly skipped: readonly string[];
  /** Folders without a single image, or that cannot be read. */
  readonly failed: readonly { readonly path: string; readonly error: FailureToExplain }[];
}

const byName = new Intl.Collator('en', { numeric: true });
const isImage = (name: string) => mediaTypeOf(name).startsWith('image/');

/** Resolves the arguments of `upload`: files and URLs as they are, folders to the images in them, at any depth. */
export async function findPhotos(args: readonly string[]): Promise<FoundPhotos> {
  const found = { paths: [] as string[], skipped: [] as string[], failed: [] as FoundPhotos['failed'][number][] };
  for (const path of args) {
    if (isPhotoUrl(path) || !(await isFolder(path))) {
      found.paths.push(path);
      continue;
    }
    const before = found.paths.length + found.failed.length;
    await addFolder(path, found);
    if (found.paths.length + found.failed.length === before) {
      const error = new FailureToExplain('There are no images in this folder.', { code: 'no-images' });
      found.failed.push({ path, error });
    }
  }
  return found;
}

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

/** Symbolic links to folders are not followed: they may form a cycle. */
async function addFolder(
  folder: string,
  found: { paths: string[]; skipped: string[]; failed: FoundPhotos['failed'][number][] },
): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const reason = `This folder cannot be read (${(cause as NodeJS.ErrnoException).code}).`;
    found.failed.push({ path: folder, error: new FailureToExplain(reason, { code: 'unreadable-file', cause }) });
    return;
  }
  for (const entry of entries.toSorted((a, b) => byName.compare(a.name, b.name))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) await addFolder(path, found);
    else if (entry.isSymbolicLink() && (await isFolder(path))) continue;
    else (isImage(entry.name) ? found.paths : found.skipped).push(path);
  }
}
