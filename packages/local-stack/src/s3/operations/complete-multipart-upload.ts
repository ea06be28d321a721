import { createHash } from 'node:crypto';
import { checksumElement, checksumElements, composeChecksums, type StoredChecksum } from '../body/checksums.ts';
import { readText, receiveBlobFrom } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import type { Blobs } from '../store/blobs.ts';
import type { Part } from '../store/uploads.ts';
import { encodePath } from '../url-encoding.ts';
import { childElements, childText, parseXml, type XmlElement } from '../xml.ts';
import { commitObject } from './commit-object.ts';

const BODY_BYTES_MAX = 4 * 1024 * 1024;
const PART_BYTES_MIN = 5 * 1024 * 1024;

export async function completeMultipartUpload(call: Call): Promise<S3Response> {
  const { request, service } = call;
  const { uploads, blobs } = service.store;
  const requestedUpload = () => uploads.require(request, request.query.get('uploadId') ?? '');
  const upload = requestedUpload();
  const parts = chooseParts(await readText(call, BODY_BYTES_MAX), uploads.parts(upload.id));
  const content = {
    ...(await joinParts(call, parts)),
    etag: `${md5OfMd5s(parts)}-${parts.length}`,
    headers: upload.headers,
    checksum: await checksumOfParts(parts),
  };
  let partBlobs: string[] = [];
  const object = await commitObject(service, request, content, {
    eventName: 'ObjectCreated:CompleteMultipartUpload',
    conditions: request.headers,
    within: () => {
      // If two requests complete the same upload, the second one no longer finds it.
      requestedUpload();
      partBlobs = uploads.remove(upload.id);
    },
  });
  await blobs.remove(partBlobs);
  const { bucket, key } = request;
  return xmlResponse('CompleteMultipartUploadResult', {
    Location: `http://${request.headers.host ?? ''}${encodePath(`/${bucket}/${key}`)}`,
    Bucket: bucket,
    Key: key,
    ETag: `"${object.etag}"`,
    ...checksumElements(object.checksum),
  });
}

function chooseParts(document: string, uploaded: readonly Part[]): Part[] {
  const wanted = childElements(parseXml(document, 'CompleteMultipartUpload'), 'Part');
  if (wanted.length === 0) throw new S3Error('MalformedXML');
  const numbers = wanted.map((part) => Number(childText(part, 'PartNumber')));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0)))
    throw new S3Error('InvalidPartOrder');
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const parts = wanted.map((element, index) => matchPart(element, byNumber.get(numbers[index] ?? 0)));
  if (parts.slice(0, -1).some((part) => part.size < PART_BYTES_MIN)) throw new S3Error('EntityTooSmall');
  return parts;
}

function matchPart(element: XmlElement, part: Part | undefined): Part {
  const etag = childText(element, 'ETag')?.replaceAll('"', '');
  if (!part || part.etag !== etag) throw new S3Error('InvalidPart');
  if (part.checksum) {
    const claimed = childText(element, checksumElement(part.checksum.algorithm));
    if (claimed !== undefined && claimed !== part.checksum.value) throw new S3Error('InvalidPart');
  }
  return part;
}

function md5OfMd5s(parts: readonly Part[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part.etag, 'hex');
  return hash.digest('hex');
}

async function checksumOfParts(parts: readonly Part[]): Promise<StoredChecksum | undefined> {
  const algorithm = parts[0]?.checksum?.algorithm;
  const checksums = parts.flatMap((part) =>
    part.checksum?.algorithm === algorithm && part.checksum ? [part.checksum.value] : [],
  );
  if (!algorithm || checksums.length !== parts.length) return undefined;
  return composeChecksums(algorithm, checksums);
}

async function joinParts(call: Call, parts: readonly Part[]): Promise<{ blob: string; size: number }> {
  const { blobs } = call.service.store;
  const length = parts.reduce((sum, part) => sum + part.size, 0);
  if (length > call.service.objectBytesMax) throw new S3Error('EntityTooLarge');
  const declared = { length, md5: undefined, sha256Hex: undefined, checksum: undefined };
  const { blob, size } = await receiveBlobFrom(readParts(blobs, parts), declared, { max: length }, blobs);
  return { blob, size };
}

async function* readParts(blobs: Blobs, parts: readonly Part[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield* openPart(blobs, part);
}

function openPart(blobs: Blobs, part: Part): AsyncIterable<Buffer> {
  try {
    return blobs.read(part.blob);
  } catch (cause) {
    // Another request has completed or aborted the upload, or replaced the part, in the meantime.
    throw new S3Error('NoSuchUpload', { cause });
  }
}
