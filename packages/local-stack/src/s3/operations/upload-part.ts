import { checksumHeaders } from '../body/checksums.ts';
import { receiveBlob } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { assertSupportedWrite } from '../object-headers.ts';
import { emptyResponse, type S3Response } from '../response.ts';

const PART_NUMBER_MAX = 10_000;

export async function uploadPart(call: Call): Promise<S3Response> {
  const { request, service } = call;
  const { uploads, blobs } = service.store;
  assertSupportedWrite(request.headers);
  const number = partNumber(call);
  const { id } = uploads.require(request, request.query.get('uploadId') ?? '');
  const { blob, size, md5Hex: etag, checksum } = await receiveBlob(call);
  try {
    await blobs.remove(uploads.putPart(request, id, { number, blob, size, etag, checksum, modifiedAt: service.now() }));
  } catch (error) {
    await blobs.remove([blob]);
    throw error;
  }
  return emptyResponse(200, { etag: `"${etag}"`, ...checksumHeaders(checksum) });
}

function partNumber(call: Call): number {
  const text = call.request.query.get('partNumber') ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= PART_NUMBER_MAX) return number;
  throw new S3Error('InvalidArgument', { message: 'Part number must be an integer between 1 and 10000, inclusive' });
}
