import type { Call } from '../call.ts';
import { emptyResponse, type S3Response } from '../response.ts';

/** Also succeeds if there is no such object. */
export async function deleteObject({ request, service }: Call): Promise<S3Response> {
  const { objects, blobs } = service.store;
  await blobs.remove(objects.remove(request));
  return emptyResponse(204);
}
