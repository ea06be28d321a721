import { createHash } from 'node:crypto';
import { RejectedImageError } from '@imagemill/imaging';
import { readWhole } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { type ObjectReader, type ObjectStorage, StorageError } from '@imagemill/storage';

export interface OriginalRequest extends Pick<RenderImage, 'originalKey' | 'checksumSha256'> {
  /** The ETag that it must have; any if not given. */
  readonly originalEtag?: string | undefined;
}

/**
 * Downloads an original in one request, within the limit. It is hashed only if the seller declared a SHA-256.
 *
 * @returns undefined if it is missing, or has another ETag
 * @throws RejectedImageError `too-many-bytes` before any byte is read; `checksum-mismatch`
 * @throws StorageError; OriginalIncompleteError
 */
export async function fetchCurrentOriginal(
  originals: Pick<ObjectStorage, 'open'>,
  { originalKey, originalEtag, checksumSha256 }: OriginalRequest,
  { bytesMax }: { bytesMax: number },
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const refused = new AbortController();
  const options = { signal: AbortSignal.any([signal, refused.signal]), ...(originalEtag && { ifMatch: originalEtag }) };
  const object = await originals.open(originalKey, options).catch(undefinedIfReplaced);
  if (!object) return undefined;
  if (object.facts.sizeBytes > bytesMax) {
    const error = new RejectedImageError('too-many-bytes');
    refused.abort(error);
    await discard(object);
    throw error;
  }
  const bytes = await readWhole(object);
  if (checksumSha256 !== undefined && createHash('sha256').update(bytes).digest('base64') !== checksumSha256) {
    throw new RejectedImageError('checksum-mismatch');
  }
  return bytes;
}

function undefinedIfReplaced(error: unknown): undefined {
  if (error instanceof StorageError && error.code === 'object-changed') return undefined;
  throw error;
}

/** The signal reaches a body only when reading has begun. */
async function discard({ body }: ObjectReader): Promise<void> {
  await body[Symbol.asyncIterator]()
    .next()
    .catch(() => {});
}
