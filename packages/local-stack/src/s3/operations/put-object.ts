import { checksumHeaders } from '../body/checksums.ts';
import { receiveBlob } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { assertSupportedWrite, storedHeaders } from '../object-headers.ts';
import { emptyResponse, type S3Response } from '../response.ts';
import { commitObject } from './commit-object.ts';

export async function putObject(call: Call): Promise<S3Response> {
  const { request, service } = call;
  assertSupportedWrite(request.headers);
  const headers = storedHeaders(request.headers);
  const { blob, size, md5Hex: etag, checksum } = await receiveBlob(call);
  const content = { blob, size, etag, checksum, headers };
  const object = await commitObject(service, request, content, {
    eventName: 'ObjectCreated:Put',
    conditions: request.headers,
  });
  return emptyResponse(200, { etag: `"${object.etag}"`, ...checksumHeaders(object.checksum) });
}
