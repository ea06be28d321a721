import type { Dependency } from '@imagemill/queue';
import { mayBeOutage, type ObjectStorage, tryCanary } from '@imagemill/storage';
import { workerCanaryKey } from '@imagemill/variants';

/**
 * A bucket, by an object of its own. An error that concerns another object only (a disabled key, an archived object) is an attempt
 * of that object's image.
 *
 * @param bucket with a client that does not retry: partial outages should be seen
 */
export function bucketDependency(name: string, bucket: ObjectStorage): Dependency {
  return {
    name,
    stopsJobs: true,
    // The error does not name its bucket: both are probed.
    concerns: mayBeOutage,
    probe: (signal) => tryCanary(bucket, workerCanaryKey, { signal }),
  };
}
