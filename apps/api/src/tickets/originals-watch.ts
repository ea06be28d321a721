import { createBreaker } from '@imagemill/queue';
import { type ObjectStorage, storageUnavailable } from '@imagemill/storage';

/** Whether uploads can be served now. */
export interface OriginalsWatch {
  /** Answers from the last probe, without waiting. @throws StorageError `storage-unavailable` while the bucket is away */
  assertAnswers(): void;
  stop(): void;
}

const PROBE_EVERY_MS = 5_000;

/**
 * Watches the originals bucket for tickets. Signing an upload needs no request, so without this a seller would get a URL that fails. No
 * other bucket matters: images wait until it is back. Probed only while tickets are requested, at most every 5 s; once the bucket is
 * away, until it answers.
 *
 * @param clock milliseconds of a monotonic clock
 */
export function watchOriginals(
  originals: Pick<ObjectStorage, 'probe'>,
  clock: () => number = () => performance.now(),
): OriginalsWatch {
  const breaker = createBreaker({
    name: 'originals',
    stopsJobs: false,
    concerns: () => true,
    probe: (signal) => originals.probe({ signal }),
  });
  let probedAt = Number.NEGATIVE_INFINITY;
  return {
    assertAnswers() {
      if (breaker.awayMs() !== undefined) throw storageUnavailable(new Error('The originals bucket is away.'));
      if (clock() - probedAt < PROBE_EVERY_MS) return;
      probedAt = clock();
      void breaker.check();
    },
    stop: breaker.stop,
  };
}
