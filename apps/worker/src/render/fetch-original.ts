import { createHash } from 'node:crypto';
import { RejectedImageError } from '@imagemill/imaging';
import type { RenderImage } from '@imagemill/queue';
import type { ObjectFacts, ObjectStorage } from '@imagemill/storage';
import { OriginalGoneError, OriginalIncompleteError } from './errors.ts';

export interface Original {
  readonly bytes: Uint8Array;
  /** SHA-256 in hex digits. */
  readonly sha256: string;
}

/**
 * Downloads the very object that `facts` describe, hashing it on the way.
 *
 * @throws RejectedImageError `too-many-bytes` before any byte is read; `checksum-mismatch` when the seller declared
 *   another SHA-256, for storage that does not check it at upload
 * @throws StorageError `object-changed` when another object took its place, OriginalGoneError when none did
 * @throws OriginalIncompleteError when not the bytes came that `facts` promise
 */
export async function fetchOriginal(
  originals: ObjectStorage,
  image: RenderImage,
  facts: ObjectFacts,
  { bytesMax }: { bytesMax: number },
  signal: AbortSignal,
): Promise<Original> {
  if (facts.sizeBytes > bytesMax) throw new RejectedImageError('too-many-bytes');
  const object = await originals.open(image.originalKey, { ifMatch: facts.etag, signal });
  if (!object) throw new OriginalGoneError();
  const hash = createHash('sha256');
  // One block of the known size: joining the chunks at the end would hold the original twice.
  const bytes = Buffer.allocUnsafeSlow(facts.sizeBytes);
  let length = 0;
  for await (const chunk of object.body) {
    if (length + chunk.byteLength > bytes.byteLength) throw new OriginalIncompleteError();
    hash.update(chunk);
    bytes.set(chunk, length);
    length += chunk.byteLength;
  }
  // What was not overwritten is memory of somebody else's.
  if (length < bytes.byteLength) throw new OriginalIncompleteError();
  const digest = hash.digest();
  if (image.checksumSha256 !== undefined && digest.toString('base64') !== image.checksumSha256) {
    throw new RejectedImageError('checksum-mismatch');
  }
  return { bytes, sha256: digest.toString('hex') };
}
