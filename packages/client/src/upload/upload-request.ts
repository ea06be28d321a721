import type { UploadRequest } from '../types.ts';
import { mediaTypeOf } from './media-type.ts';
import type { UploadOptions } from './upload-options.ts';
import type { UploadSource } from './upload-source.ts';

/** Above 16 MiB an interrupted upload is expensive enough for parts. The API has its own threshold, and decides. */
const MULTIPART_BYTES = 16 * 1024 * 1024;

export function uploadRequest(source: UploadSource, options: UploadOptions): UploadRequest {
  const filename = options.filename ?? source.name ?? 'upload';
  const { category, metadata, focus, enhance, checksumSha256 } = options;
  return {
    filename,
    contentType: options.contentType ?? source.type ?? mediaTypeOf(filename),
    contentLength: source.size,
    category,
    method: options.method ?? (source.size > MULTIPART_BYTES ? 'MULTIPART' : 'PUT'),
    ...(metadata && { metadata }),
    ...(focus && { focus }),
    ...(enhance && { enhance }),
    ...(checksumSha256 !== undefined && { checksumSha256 }),
  };
}
