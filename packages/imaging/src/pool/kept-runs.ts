import type { ImageRun } from './image-run.ts';

/** Runs whose images have been inspected, and keep their process until the current turn of the event loop is over. */
export interface KeptRuns {
  keep(file: Uint8Array, run: ImageRun): void;
  /** The run of this file, which now belongs to the caller. */
  take(file: Uint8Array): ImageRun | undefined;
}

/** A decode that follows its inspection at once would otherwise get another process, and the file would be sent again. */
export function createKeptRuns(): KeptRuns {
  const kept = new Map<Uint8Array, ImageRun>();

  function take(file: Uint8Array): ImageRun | undefined {
    const run = kept.get(file);
    kept.delete(file);
    return run;
  }

  return {
    take,
    keep(file, run) {
      take(file)?.end();
      kept.set(file, run);
      setImmediate(() => {
        if (kept.get(file) === run) take(file)?.end();
      });
    },
  };
}
