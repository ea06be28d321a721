import { inHand, type RenderLine } from './worker-log.ts';

/** A process was killed, or paused. */
export interface Interruption {
  readonly pid: number;
  readonly atMs: number;
}

/**
 * How long each render that a lost process had in hand took to run again, in ms. The clock begins anew when the worker
 * that has taken the job meanwhile, and has not begun with it yet, is lost as well.
 *
 * @returns the times, and the images that never ran again
 */
export function recoveries(lines: readonly RenderLine[], interruptions: readonly Interruption[]) {
  const byImage = Map.groupBy(lines, ({ imageId }) => imageId);
  const jobs = interruptions.flatMap((interruption) =>
    [...inHand(lines, interruption.pid, interruption.atMs)].map((imageId) => ({
      imageId,
      afterMs: longestWait(byImage.get(imageId) ?? [], interruptions, interruption),
    })),
  );
  return {
    interruptedJobs: jobs.length,
    recoveredMs: jobs.flatMap(({ afterMs }) => afterMs ?? []),
    notAgain: jobs.filter(({ afterMs }) => afterMs === undefined).map(({ imageId }) => imageId),
  };
}

function longestWait(
  ofImage: readonly RenderLine[],
  interruptions: readonly Interruption[],
  { pid, atMs }: Interruption,
): number | undefined {
  let sinceMs = atMs;
  let longestMs = 0;
  let holder: number | undefined;
  for (const line of ofImage) {
    if (line.atMs <= atMs || line.pid === pid) continue;
    const lost = interruptions.find((other) => other.pid === holder && other.atMs > sinceMs && other.atMs < line.atMs);
    if (lost) {
      longestMs = Math.max(longestMs, lost.atMs - sinceMs);
      sinceMs = lost.atMs;
    }
    // Convicted without running, it has its end all the same.
    if (line.event !== 'taken') return Math.max(longestMs, line.atMs - sinceMs);
    holder = line.pid;
  }
  return undefined;
}
