import { readAtMostEvery } from './read-at-most-every.ts';

const PROBE_TIMEOUT_MS = 2_000;
/** Anyone may call it: however often, Redis and the buckets are probed at most once in this time. */
const PROBE_EVERY_MS = 1_000;

interface Bucket {
  probe(options: { readonly signal: AbortSignal }): Promise<void>;
}

interface Probed {
  readonly pingRedis: () => Promise<unknown>;
  readonly originals: Bucket;
  readonly cdn: Bucket;
}

/**
 * A function that tells which of the dependencies answer. It never throws.
 *
 * @param clock milliseconds of a monotonic clock
 */
export function createReadinessProbe(
  { pingRedis, originals, cdn }: Probed,
  clock: () => number = () => performance.now(),
) {
  return readAtMostEvery(PROBE_EVERY_MS, clock, async () => {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const [redis, originalsBucket, cdnBucket] = await Promise.all([
      outcome(pingRedis()),
      outcome(originals.probe({ signal })),
      outcome(cdn.probe({ signal })),
    ]);
    return { redis, originalsBucket, cdnBucket };
  });
}

const outcome = (check: Promise<unknown>) =>
  check.then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
