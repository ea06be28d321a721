import { lacksConditions, tryCanary } from './canary.ts';
import { isForbidden, StorageError, statusOf } from './errors.ts';
import type { ObjectStorage } from './object-storage.ts';

interface BucketCheck {
  /** The key of an object to write and read, for processes that write to the bucket. */
  readonly canaryKey?: string;
  /** Reports only problems that an operator must fix. For processes that can wait until the storage answers. */
  readonly mayBeAway?: boolean;
}

/**
 * Checks that a bucket exists and can be used.
 *
 * @returns one sentence per problem
 */
export async function checkBucket(storage: ObjectStorage, check: BucketCheck = {}): Promise<readonly string[]> {
  try {
    await storage.probe();
    if (check.canaryKey === undefined) return [];
    await tryCanary(storage, check.canaryKey);
    return (await lacksConditions(storage, check.canaryKey)) ? [NO_CONDITIONS] : [];
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (check.mayBeAway && !needsOperator(error.cause)) return [];
    const cause = error.cause instanceof Error ? ` (${error.cause.name})` : '';
    return [`${error.message}${cause} ${hint(error.cause)}`];
  }
}

const NO_CONDITIONS =
  'The server has no conditional writes: it ignores If-None-Match, or does not implement it. Runs of a job could overwrite each other. Use another server, or set S3_CONDITIONAL_WRITES=detect.';

/** The storage answered that it refuses this bucket or these credentials, or there are none. */
function needsOperator(cause: unknown): boolean {
  const status = statusOf(cause) ?? 0;
  return isCredentialsError(cause) || (status >= 400 && status < 500 && status !== 429);
}

const isCredentialsError = (cause: unknown) => cause instanceof Error && cause.name === 'CredentialsProviderError';

function hint(cause: unknown): string {
  if (isCredentialsError(cause)) {
    return 'Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or run with a role that the AWS SDK can find.';
  }
  return isForbidden(statusOf(cause))
    ? 'Check the permissions of S3_ACCESS_KEY_ID, and S3_REGION.'
    : 'Check that the bucket exists and that S3_ENDPOINT is reachable.';
}
