import { S3ServiceException } from '@aws-sdk/client-s3';
import { AppError } from '@imagemill/errors';

/** Something that the object storage would not or could not do. */
export class StorageError extends AppError {}

/** Status codes that S3's own documentation says to retry: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const retryableStatus = (status: number) => status >= 500 || status === 408 || status === 409 || status === 429;

/** Whether the storage knows us and lets us: a clock that is off, a key that was changed, a policy. */
export const isForbidden = (status: number | undefined) => status === 401 || status === 403;

/** Ours to mend, not the request's fault: the work waits for that, and no seller's picture is given up. */
const isOurs = (status: number, code: string) => isForbidden(status) || code === 'NoSuchBucket';

/** The one place where what the S3 client throws becomes an error of ours. */
export function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status === undefined || retryableStatus(status) || isOurs(status, (error as Error).name)) {
    return unavailable(error);
  }
  return new StorageError({
    code: 'storage-refused',
    retryable: false,
    publicMessage: 'The object storage refused the request.',
    cause: error,
  });
}

export const unavailable = (cause: unknown) =>
  new StorageError({
    code: 'storage-unavailable',
    retryable: true,
    publicMessage: 'The object storage does not answer. Try again shortly.',
    cause,
  });

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

/** What S3 calls the error, as in `NoSuchUpload`. */
export const errorName = (error: unknown): string | undefined =>
  error instanceof S3ServiceException ? error.name : undefined;
