import type { IOType, StdioOptions } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownCallFilter } from './call-filter.ts';

/** In a process, after its standard streams and its channel. The program closes it. */
export const FILTER_DESCRIPTOR = 4;
export const filterPath = `/proc/self/fd/${FILTER_DESCRIPTOR}`;

/** Adds the filter to the first descriptors of a process. */
export const withFilter = (first: readonly IOType[], filter: FilterFile | undefined): StdioOptions =>
  filter ? [...first, filter.descriptor] : [...first];

/** An open file that no name leads to any more: no process can replace it, and none has to delete it. */
export interface FilterFile {
  readonly descriptor: number;
  close(): void;
}

/** @returns undefined if there is no filter for this machine, or no folder to write it to */
export function openFilter(): FilterFile | undefined {
  const filter = process.platform === 'linux' ? ownCallFilter() : undefined;
  if (!filter) return undefined;
  try {
    const folder = mkdtempSync(join(tmpdir(), 'imagemill-filter-'));
    try {
      const path = join(folder, 'filter');
      // Read-only for its owner too, which engine processes are.
      writeFileSync(path, filter, { mode: 0o400 });
      return ownedFile(openSync(path, 'r'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    return undefined;
  }
}

function ownedFile(descriptor: number): FilterFile {
  let isOpen = true;
  return {
    descriptor,
    close() {
      // The number of a closed file may be that of another one soon.
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}
