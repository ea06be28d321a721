import { checksumHeaders } from '../body/checksums.ts';
import { type ReceivedBlob, receiveBlob, receiveBlobFrom } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { parseRange } from '../ranges.ts';
import { emptyResponse, type S3Response, xmlResponse } from '../response.ts';
import type { Part } from '../store/uploads.ts';
import { copyResult } from './copy-object.ts';
import { locateCopySource } from './copy-source.ts';
import { requestedUpload } from './requested-upload.ts';

const partNumberMax = 10_000;

export async function uploadPart(call: Call): Promise<S3Response> {
  const number = partNumber(call);
  requestedUpload(call);
  const part = await commitPart(call, number, await receiveBlob(call));
  return emptyResponse(200, { etag: `"${part.etag}"`, ...checksumHeaders(part.checksum) });
}

export async function uploadPartCopy(call: Call): Promise<S3Response> {
  const { service, request } = call;
  const number = partNumber(call);
  const { checksumAlgorithm } = requestedUpload(call);
  const { version } = locateCopySource(call);
  const range = parseRange(request.headers['x-amz-copy-source-range'], version.size);
  const checksum = checksumAlgorithm && { algorithm: checksumAlgorithm, value: undefined };
  const declared = { length: undefined, md5: undefined, sha256Hex: undefined, checksum };
  const bytes = service.store.blobs.read(version.blob, range);
  const received = await receiveBlobFrom(bytes, declared, { max: service.maxObjectBytes }, service.store.blobs);
  return xmlResponse('CopyPartResult', copyResult(await commitPart(call, number, received)));
}

function partNumber(call: Call): number {
  const text = call.request.query.get('partNumber') ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= partNumberMax) return number;
  throw new S3Error('InvalidArgument', { message: 'Part number must be an integer between 1 and 10000, inclusive' });
}

async function commitPart(call: Call, number: number, received: ReceivedBlob): Promise<Part> {
  const { uploads, blobs } = call.service.store;
  const { blob, size, md5Hex: etag, checksum } = received;
  const part = { number, blob, size, etag, checksum, modifiedAt: call.service.now() };
  try {
    await blobs.remove(uploads.putPart(call.request, call.request.query.get('uploadId') ?? '', part));
  } catch (error) {
    await blobs.remove([blob]);
    throw error;
  }
  return part;
}
