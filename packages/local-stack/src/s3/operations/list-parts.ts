import { checksumElements } from '../body/checksums.ts';
import type { Call } from '../call.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import type { Part } from '../store/uploads.ts';
import { parseLimit } from './list-query.ts';

export function listParts({ request, service }: Call): S3Response {
  const { bucket, key, query } = request;
  const { uploads } = service.store;
  const { id } = uploads.require(request, query.get('uploadId') ?? '');
  const marker = Number(query.get('part-number-marker') ?? 0) || 0;
  const limit = parseLimit(query, 'max-parts');
  const following = uploads.parts(id).filter((part) => part.number > marker);
  const page = following.slice(0, limit);
  const truncated = following.length > page.length;
  return xmlResponse('ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: id,
    StorageClass: 'STANDARD',
    PartNumberMarker: marker,
    // Also sent with the last page, as Ceph does: it exposes clients that continue as long as there is a marker.
    NextPartNumberMarker: page.at(-1)?.number ?? marker,
    MaxParts: limit,
    IsTruncated: truncated,
    Part: page.map(partElements),
  });
}

function partElements(part: Part) {
  return {
    PartNumber: part.number,
    LastModified: part.modifiedAt.toISOString(),
    ETag: `"${part.etag}"`,
    Size: part.size,
    ...checksumElements(part.checksum),
  };
}
