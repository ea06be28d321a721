import { createImageRun, type ImageRun, type RunContext, type RunWork } from './image-run.ts';
import type { Grant } from './lanes.ts';

/** Runs whose images have been inspected, and keep their process until the current turn of the event loop is over. */
export interface KeptRuns {
  keep(file: Uint8Array, run: ImageRun): void;
  /** The run for the decode of a file: a kept one goes on. A heavy image, and one that needs memory that others have, waits for its turn first. @throws what `onHeavy` throws */
  goOn(file: Uint8Array, cost: Grant, work: RunWork): ImageRun;
}

/** A decode that follows its inspection at once would otherwise get another process, and the file would be sent again. */
export function createKeptRuns(context: RunContext): KeptRuns {
  const kept = new Map<Uint8Array, ImageRun>();

  function take(file: Uint8Array): ImageRun | undefined {
    const run = kept.get(file);
    kept.delete(file);
    return run;
  }

  return {
    keep(file, run) {
      take(file)?.end();
      kept.set(file, run);
      setImmediate(() => {
        if (kept.get(file) === run) take(file)?.end();
      });
    },
    goOn(file, cost, work) {
      const inspected = take(file);
      if (inspected && cost.lane === 'light') {
        inspected.goOn(work, cost);
        return inspected;
      }
      inspected?.end();
      if (cost.lane === 'heavy') work.onHeavy?.();
      return createImageRun(context, { file, ...cost, ...work });
    },
  };
}
