import type { Call } from '../call.ts';
import { emptyResponse, type S3Response } from '../response.ts';
import { requestedUpload } from './requested-upload.ts';

export async function abortMultipartUpload(call: Call): Promise<S3Response> {
  const { uploads, blobs } = call.service.store;
  await blobs.remove(uploads.remove(requestedUpload(call).id));
  return emptyResponse(204);
}
