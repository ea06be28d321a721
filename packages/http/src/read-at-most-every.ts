/** Caches a read for an interval. Calls during a read share it. Failed reads are not cached. */
export function readAtMostEvery<T>(intervalMs: number, clock: () => number, read: () => Promise<T>): () => Promise<T> {
  let latest: Promise<T> | undefined;
  let validUntil = Number.POSITIVE_INFINITY;
  return () => {
    if (latest === undefined || clock() >= validUntil) {
      validUntil = Number.POSITIVE_INFINITY;
      latest = read();
      latest.then(
        () => {
          validUntil = clock() + intervalMs;
        },
        () => {
          latest = undefined;
        },
      );
    }
    return latest;
  };
}
