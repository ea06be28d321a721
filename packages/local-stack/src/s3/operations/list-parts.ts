import { checksumElements } from '../body/checksums.ts';
import type { Call } from '../call.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import type { Part } from '../store/uploads.ts';
import { parseLimit } from './list-parameters.ts';
import { requestedUpload } from './requested-upload.ts';

export function listParts(call: Call): S3Response {
  const { bucket, key, query } = call.request;
  const upload = requestedUpload(call);
  const marker = Number(query.get('part-number-marker') ?? 0) || 0;
  const limit = parseLimit(query, 'max-parts');
  const following = call.service.store.uploads.parts(upload.id).filter((part) => part.number > marker);
  const page = following.slice(0, limit);
  const truncated = following.length > page.length;
  return xmlResponse('ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: upload.id,
    StorageClass: 'STANDARD',
    PartNumberMarker: marker,
    // With the last page too, as Ceph does: whoever goes on while there is a marker never ends.
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
