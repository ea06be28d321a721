import type { Call } from '../call.ts';
import type { Upload } from '../store/uploads.ts';

export function requestedUpload({ request, service }: Call): Upload {
  return service.store.uploads.require(request, request.query.get('uploadId') ?? '');
}
