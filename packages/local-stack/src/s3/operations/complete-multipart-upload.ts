import { createHash } from 'node:crypto';
import { checksumElement, checksumElements, composeChecksums, type StoredChecksum } from '../body/checksums.ts';
import { readText, receiveBlobFrom } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import type { Blobs } from '../store/blobs.ts';
import type { Part } from '../store/uploads.ts';
import { encodePath } from '../url-encoding.ts';
import { versionHeaders } from '../versioning.ts';
import { childElements, childText, parseXml, type XmlElement } from '../xml.ts';
import { commitObject } from './commit-object.ts';
import { requestedUpload } from './requested-upload.ts';

const bodyBytesMax = 4 * 1024 * 1024;
const partBytesMin = 5 * 1024 * 1024;

export async function completeMultipartUpload(call: Call): Promise<S3Response> {
  const { request, service } = call;
  const { uploads, blobs } = service.store;
  const upload = requestedUpload(call);
  const parts = chooseParts(await readText(call, bodyBytesMax), uploads.parts(upload.id));
  const content = {
    ...(await joinParts(call, parts)),
    etag: `${md5OfMd5s(parts)}-${parts.length}`,
    headers: upload.headers,
    tags: upload.tags,
    checksum: await checksumOfParts(parts),
  };
  let partBlobs: string[] = [];
  const version = await commitObject(service, request, content, {
    eventName: 'ObjectCreated:CompleteMultipartUpload',
    conditions: request.headers,
    within: () => {
      // Only one of two that complete the same upload finds it still there.
      requestedUpload(call);
      partBlobs = uploads.remove(upload.id);
    },
  });
  await blobs.remove(partBlobs);
  const { bucket, key } = request;
  const location = `http://${request.headers.host ?? ''}${encodePath(`/${bucket}/${key}`)}`;
  const result = {
    Location: location,
    Bucket: bucket,
    Key: key,
    ETag: `"${version.etag}"`,
    ...checksumElements(version.checksum),
  };
  return xmlResponse('CompleteMultipartUploadResult', result, versionHeaders(version.versionId));
}

function chooseParts(document: string, uploaded: readonly Part[]): Part[] {
  const wanted = childElements(parseXml(document, 'CompleteMultipartUpload'), 'Part');
  if (wanted.length === 0) throw new S3Error('MalformedXML');
  const numbers = wanted.map((part) => Number(childText(part, 'PartNumber')));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0)))
    throw new S3Error('InvalidPartOrder');
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const parts = wanted.map((element, index) => matchPart(element, byNumber.get(numbers[index] ?? 0)));
  if (parts.slice(0, -1).some((part) => part.size < partBytesMin)) throw new S3Error('EntityTooSmall');
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
  if (length > call.service.maxObjectBytes) throw new S3Error('EntityTooLarge');
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
    // Somebody else completed or aborted the upload, or replaced the part, meanwhile.
    throw new S3Error('NoSuchUpload', { cause });
  }
}
