import { access } from 'node:fs/promises';

const PATHS = [
  '/usr/lib/x86_64-linux-gnu/libjemalloc.so.2',
  '/usr/lib/aarch64-linux-gnu/libjemalloc.so.2',
  process.env.JEMALLOC_PATH ?? '',
];

/** The path of jemalloc on this machine (Debian: `libjemalloc2`), or of JEMALLOC_PATH; undefined if it is not installed. */
export async function findJemalloc(): Promise<string | undefined> {
  for (const path of PATHS) {
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (path && exists) return path;
  }
  return undefined;
}
