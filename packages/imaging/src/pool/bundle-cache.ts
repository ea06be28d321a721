import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Bundle {
  readonly code: Uint8Array;
  /** The absolute paths of the modules in it. */
  readonly modules: readonly string[];
}

interface BundleCache {
  /** @returns undefined if there is no bundle, or a module has changed since */
  read(): Uint8Array | undefined;
  /** @returns the code. A folder that cannot be written to is not an error. */
  write(bundle: Bundle): Uint8Array;
}

/**
 * Keeps the bundle of a program in a folder, with the size and the time of each of its modules. Processes may share the folder.
 *
 * @param dir undefined keeps nothing
 */
export function createBundleCache(dir: string | undefined, program: string): BundleCache {
  if (dir === undefined) return { read: () => undefined, write: ({ code }) => code };
  const file = join(dir, `bundle-${createHash('sha256').update(program).digest('hex').slice(0, 16)}.json`);
  return {
    read() {
      try {
        const { code, modules } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string> & {
          readonly modules: Record<string, string>;
        };
        const isCurrent = Object.entries(modules).every(([path, state]) => stateOf(path) === state);
        return isCurrent ? Buffer.from(code ?? '') : undefined;
      } catch {
        return undefined;
      }
    },
    write({ code, modules }) {
      try {
        const states = Object.fromEntries(modules.map((path) => [path, stateOf(path)]));
        const unfinished = `${file}.${process.pid}`;
        writeFileSync(unfinished, JSON.stringify({ code: Buffer.from(code).toString(), modules: states }));
        renameSync(unfinished, file);
      } catch {
        // The next process makes it again.
      }
      return code;
    },
  };
}

function stateOf(path: string): string {
  const { size, mtimeMs } = statSync(path);
  return `${size} ${mtimeMs}`;
}
