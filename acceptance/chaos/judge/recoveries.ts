import { inFlight, type RenderLine } from './worker-log.ts';

/** A process was killed or paused. */
export interface Interruption {
  readonly pid: number;
  readonly atMs: number;
}

/**
 * The time, in ms, until each render in flight on a lost process ran again. The clock restarts if the next worker is also lost
 * after it has taken the job and before it has started the render.
 *
 * @returns the times, and the images that never ran again
 */
export function recoveries(lines: readonly RenderLine[], interruptions: readonly Interruption[]) {
  const byImage = Map.groupBy(lines, ({ imageId }) => imageId);
  const jobs = interruptions.flatMap((interruption) =>
    [...inFlight(lines, interruption.pid, interruption.atMs)].map((imageId) => ({
      imageId,
      afterMs: longestWait(byImage.get(imageId) ?? [], interruptions, interruption),
    })),
  );
  return {
    interruptedJobs: jobs.length,
    recoveredMs: jobs.flatMap(({ afterMs }) => afterMs ?? []),
    neverRecovered: jobs.filter(({ afterMs }) => afterMs === undefined).map(({ imageId }) => imageId),
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
    // The image became a dead letter without another run: that is also a final state.
    if (line.event !== 'taken') return Math.max(longestMs, line.atMs - sinceMs);
    holder = line.pid;
  }
  return undefined;
}
