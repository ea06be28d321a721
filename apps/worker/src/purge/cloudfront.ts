import { CloudFrontClient, CloudFrontServiceException, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { PurgeFailedError, type PurgeTarget } from './purge-target.ts';
import type { AddressesOf } from './purged-addresses.ts';

interface CloudFrontOptions {
  readonly client: CloudFrontClient;
  readonly distributionId: string;
  readonly addressesOf: AddressesOf;
}

const CALL_TIMEOUT_MS = 20_000;

/**
 * A client for invalidations. Credentials come from the AWS SDK's default chain: they may differ from those of the object storage.
 *
 * @param endpoint of another partition, or of a test; Amazon's if undefined
 */
export function createCloudFrontClient(endpoint: string | undefined): CloudFrontClient {
  return new CloudFrontClient({
    // CloudFront has one API for all regions, which is signed for this one.
    region: 'us-east-1',
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
}

/**
 * Purges by invalidations, one per image. A distribution has at most 15 invalidations with a `*` in progress, counted by path, so that
 * an invalidation of several images would not be faster:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-invalidations
 */
export function createCloudFrontTarget({ client, distributionId, addressesOf }: CloudFrontOptions): PurgeTarget {
  return {
    name: 'cloudfront',
    async send(purge, signal) {
      const { paths } = addressesOf(purge);
      const invalidation = new CreateInvalidationCommand({
        DistributionId: distributionId,
        InvalidationBatch: {
          // A repetition with the same reference and paths is answered with the first invalidation.
          CallerReference: purge.id,
          Paths: { Quantity: paths.length, Items: [...paths] },
        },
      });
      try {
        const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
        await client.send(invalidation, { abortSignal });
        return 'accepted';
      } catch (error) {
        signal.throwIfAborted();
        if (isBusy(error)) return 'busy';
        throw failure(error);
      }
    },
  };
}

function isBusy(error: unknown): boolean {
  if (!(error instanceof CloudFrontServiceException)) return false;
  const isThrottled = error.$retryable?.throttling === true || error.$metadata.httpStatusCode === 429;
  return isThrottled || error.name === 'TooManyInvalidationsInProgress' || /^Throttl/.test(error.name);
}

/** A request that CloudFront calls wrong stays wrong. Missing rights and credentials may be repaired, and outages end. */
function failure(error: unknown): PurgeFailedError {
  const { name, $metadata: { httpStatusCode: status } = {} } = error as Partial<CloudFrontServiceException>;
  const retryable = status !== 400 && status !== 404;
  return new PurgeFailedError('cloudfront', name ?? 'no response', { retryable, cause: error });
}
