import { retryAfterSeconds } from '../api/problem-error.ts';
import { UploadError } from '../errors.ts';
import type { StorageAnswer } from './body-to-send.ts';

/**
 * The bytes came damaged, too slowly, or not all of them: the same request may succeed. These are answered with 400.
 * Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const damagedOnTheWay = /^(RequestTimeout|IncompleteBody|BadDigest|XAmzContentSHA256Mismatch)$/;

/** The signature is too old or too new for the storage's clock, or the credentials behind it have ended. */
const staleSignature = /^(RequestTimeTooSkewed|RequestExpired|ExpiredRequest|ExpiredToken|TokenRefreshRequired)$/;

/** S3 says `AccessDenied` of an expired URL as well, and only its message tells the two apart. Ceph sends no message. */
const staleMessage = /expired|valid yet|yet valid/i;

/**
 * A response that refuses an upload, as an error. `upload-url-expired` needs a new signature; other retryable ones do not.
 *
 * @param expiresAt of the URL, as ISO 8601
 */
export function storageRefusal({ status, text, retryAfter }: StorageAnswer, expiresAt: string): UploadError {
  const [code = '', message = ''] = ['Code', 'Message'].map((name) => RegExp(`<${name}>([^<]*)<`).exec(text)?.[1]);
  const isStale =
    staleSignature.test(code) ||
    (code === 'AccessDenied' && (message === '' || staleMessage.test(message))) ||
    (status === 403 && Date.now() > Date.parse(expiresAt));
  if (isStale) {
    return new UploadError('The upload URL has expired.', { code: 'upload-url-expired', status, retryable: true });
  }
  return new UploadError(`The storage refused the upload: ${message || code || `it answered ${status}`}.`, {
    code: 'storage-refused',
    status,
    // 409: the upload met another request for the same key. Nothing is stored, or the next try is answered with 412.
    retryable: (status >= 500 && status !== 501) || [408, 409, 425, 429].includes(status) || damagedOnTheWay.test(code),
    retryAfterSeconds: retryAfterSeconds(retryAfter),
  });
}
