import { connectionError } from '../api/api-client.ts';
import { UploadError } from '../errors.ts';
import type { BodyToSend, StorageAnswer } from './body-to-send.ts';
import { sendByFetch } from './send-by-fetch.ts';
import { canSendByXhr, sendByXhr } from './send-by-xhr.ts';

/**
 * Sends bytes to the storage, once.
 *
 * @returns the storage's answer: 2xx, or 412 for a URL that has done its work already
 * @throws UploadError
 */
export async function sendBody(upload: BodyToSend): Promise<StorageAnswer> {
  const answer = await (canSendByXhr() ? sendByXhr : sendByFetch)(upload).catch((cause: unknown) => {
    upload.signal?.throwIfAborted();
    const { code, retryable } = connectionError(cause);
    throw new UploadError('The storage can not be reached.', { code, retryable, cause });
  });
  if ((answer.status >= 200 && answer.status < 300) || answer.status === 412) return answer;
  throw refusal(answer, upload.expiresAt);
}

function refusal({ status, text }: StorageAnswer, expiresAt: string): UploadError {
  const [, reason] = /<Message>([^<]*)</.exec(text) ?? [];
  if (status === 403 && Date.now() > Date.parse(expiresAt)) {
    return new UploadError('The upload URL has expired.', { code: 'upload-url-expired', status, retryable: true });
  }
  return new UploadError(`The storage refused the upload: ${reason ?? `it answered ${status}`}.`, {
    code: 'storage-refused',
    status,
    retryable: status >= 500 || status === 408 || status === 429,
  });
}
