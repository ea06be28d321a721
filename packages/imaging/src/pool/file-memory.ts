import { freeBytes } from '../free-bytes.ts';

/** The memory of files that are sent to engine processes. */
export interface FileMemory {
  /** Call it before a file is sent. Returns the function to call when it was sent, or never will be. */
  use(file: Uint8Array): () => void;
  /**
   * Frees the memory of a file at once. While it is being sent, the system reads that memory: then the garbage collector frees it later.
   */
  free(file: Uint8Array): void;
}

export function createFileMemory(): FileMemory {
  const uses = new WeakMap<Uint8Array, number>();
  const change = (file: Uint8Array, by: number) => void uses.set(file, (uses.get(file) ?? 0) + by);
  return {
    use(file) {
      change(file, 1);
      return () => change(file, -1);
    },
    free(file) {
      if (!uses.get(file)) freeBytes(file);
    },
  };
}
