import { S3ServiceException } from '@aws-sdk/client-s3';
import { AppError } from '@imagemill/errors';

/** Something that the object storage would not or could not do. */
export class StorageError extends AppError {}

/** Status codes that S3's own documentation says to retry: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const retryableStatus = (status: number) => status >= 500 || status === 408 || status === 409 || status === 429;

/** A clock that is off, a key that was changed, a policy: ours to mend, and no reason to give a seller's picture up. */
const isOurs = (status: number) => status === 401 || status === 403;

/** What is wrong with our deployment, not with the request: whoever runs it will mend it, and the work must wait for that. */
const retryableCode = new Set(['NoSuchBucket', 'InvalidAccessKeyId', 'RequestTimeTooSkewed']);

/** The one place where what the S3 client throws becomes an error of ours. */
export function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status === undefined || retryableStatus(status) || isOurs(status) || retryableCode.has((error as Error).name)) {
    return new StorageError({
      code: 'storage-unavailable',
      retryable: true,
      publicMessage: 'The object storage does not answer. Try again shortly.',
      cause: error,
    });
  }
  return new StorageError({
    code: 'storage-refused',
    retryable: false,
    publicMessage: 'The object storage refused the request.',
    cause: error,
  });
}

export const objectChanged = (cause: unknown) =>
  new StorageError({
    code: 'object-changed',
    retryable: true,
    publicMessage: 'The object was replaced while it was being read.',
    cause,
  });

/** The HTTP status that the storage answered with, if it answered. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
