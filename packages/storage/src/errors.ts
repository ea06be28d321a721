import { S3ServiceException } from '@aws-sdk/client-s3';
import { AppError } from '@imagemill/errors';

/** A failed or refused call to the object storage. */
export class StorageError extends AppError {}

/** Status codes that S3's documentation marks as retryable: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const retryableStatus = (status: number) => status >= 500 || status === 408 || status === 409 || status === 429;

/** Whether the storage denied access: wrong clock, changed key, or a policy. */
export const isForbidden = (status: number | undefined) => status === 401 || status === 403;

/** A configuration problem, not a bad request. It is retried until an operator fixes it: no seller's image must fail for it. */
const isMisconfigured = (status: number, code: string) => isForbidden(status) || code === 'NoSuchBucket';

/** Converts an error of the S3 client to a StorageError. All adapters use this function. */
export function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status === undefined || retryableStatus(status) || isMisconfigured(status, (error as Error).name)) {
    return storageUnavailable(error);
  }
  return new StorageError({
    code: 'storage-refused',
    retryable: false,
    publicMessage: 'The object storage refused the request.',
    cause: error,
  });
}

/** The bucket does not answer now. */
export const storageUnavailable = (cause: unknown) =>
  new StorageError({
    code: 'storage-unavailable',
    retryable: true,
    publicMessage: 'The object storage does not answer. Try again shortly.',
    cause,
  });

const OBJECT_CHANGED = 'object-changed';

export const objectChanged = (cause: unknown) =>
  new StorageError({
    code: OBJECT_CHANGED,
    retryable: true,
    publicMessage: 'The object was replaced while it was being read.',
    cause,
  });

/**
 * Whether an outage of the bucket may have caused the error, whatever its status: proxies and servers report outages with nearly
 * every status. Only another object of the bucket can tell. A replaced object is always a finding about that object.
 */
export const mayBeOutage = (error: unknown): boolean => error instanceof StorageError && error.code !== OBJECT_CHANGED;

/** The HTTP status of the storage's response, if there was one. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** S3's error code, such as `NoSuchUpload`. */
export const errorName = (error: unknown): string | undefined =>
  error instanceof S3ServiceException ? error.name : undefined;
