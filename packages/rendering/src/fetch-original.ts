import { RejectedImageError } from '@imagemill/imaging';
import { readOriginal } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import type { ObjectFacts, ObjectStorage } from '@imagemill/storage';

export interface Original {
  readonly bytes: Uint8Array;
  /** SHA-256 in hex digits. */
  readonly sha256: string;
}

/**
 * Downloads the object version that `facts` describe, within the limit, and compares it with the declared SHA-256.
 *
 * @throws RejectedImageError `too-many-bytes` before any byte is read; `checksum-mismatch` if the seller declared another
 *   SHA-256, for storage that does not check it at upload
 * @throws StorageError, OriginalGoneError, OriginalIncompleteError as `readOriginal` does
 */
export async function fetchOriginal(
  originals: ObjectStorage,
  image: Pick<RenderImage, 'originalKey' | 'checksumSha256'>,
  facts: ObjectFacts,
  { bytesMax }: { bytesMax: number },
  signal: AbortSignal,
): Promise<Original> {
  if (facts.sizeBytes > bytesMax) throw new RejectedImageError('too-many-bytes');
  const { bytes, digest } = await readOriginal(originals, image.originalKey, facts, signal);
  if (image.checksumSha256 !== undefined && digest.toString('base64') !== image.checksumSha256) {
    throw new RejectedImageError('checksum-mismatch');
  }
  return { bytes, sha256: digest.toString('hex') };
}
