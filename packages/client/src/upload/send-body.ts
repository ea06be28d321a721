import { connectionError } from '../api/api-client.ts';
import { UploadError } from '../errors.ts';
import type { BodyToSend } from './body-to-send.ts';
import { sendByFetch } from './send-by-fetch.ts';
import { canSendByXhr, sendByXhr } from './send-by-xhr.ts';
import { storageRefusal } from './storage-refusal.ts';

/**
 * Sends bytes to the storage, once. A URL that stores nothing over an object is answered with 412 when an earlier try has
 * arrived and only its response was lost: that is success.
 *
 * @throws UploadError
 */
export async function sendBody(upload: BodyToSend): Promise<void> {
  const answer = await (canSendByXhr() ? sendByXhr : sendByFetch)(upload).catch((cause: unknown) => {
    upload.signal?.throwIfAborted();
    const { code, retryable } = connectionError(cause);
    throw new UploadError('The storage cannot be reached.', { code, retryable, cause });
  });
  const isThere = answer.status === 412 && 'if-none-match' in upload.headers;
  if ((answer.status >= 200 && answer.status < 300) || isThere) return;
  throw storageRefusal(answer, upload.expiresAt);
}
