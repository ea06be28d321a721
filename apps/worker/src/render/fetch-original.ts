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
 * Downloads the object version that `facts` describe, and hashes it.
 *
 * @throws RejectedImageError `too-many-bytes` before any byte is read; `checksum-mismatch` if the seller declared another
 *   SHA-256, for storage that does not check it at upload
 * @throws StorageError `object-changed` if the object was replaced; OriginalGoneError if it was deleted
 * @throws OriginalIncompleteError if the body does not have the size in `facts`
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
  // One buffer of the known size: joining chunks at the end would need twice the memory.
  const bytes = Buffer.allocUnsafeSlow(facts.sizeBytes);
  let length = 0;
  for await (const chunk of object.body) {
    if (length + chunk.byteLength > bytes.byteLength) throw new OriginalIncompleteError();
    hash.update(chunk);
    bytes.set(chunk, length);
    length += chunk.byteLength;
  }
  // The unfilled rest is uninitialised memory and may hold other data.
  if (length < bytes.byteLength) throw new OriginalIncompleteError();
  const digest = hash.digest();
  if (image.checksumSha256 !== undefined && digest.toString('base64') !== image.checksumSha256) {
    throw new RejectedImageError('checksum-mismatch');
  }
  return { bytes, sha256: digest.toString('hex') };
}
