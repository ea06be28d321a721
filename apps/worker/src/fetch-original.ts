import { createHash } from 'node:crypto';
import type { ObjectFacts, ObjectStorage } from '@imagemill/storage';

export interface Original {
  readonly bytes: Uint8Array;
  /** Hex digits. */
  readonly sha256: string;
  /** Base64, the form in which a seller declares it. */
  readonly sha256Base64: string;
}

/**
 * Downloads the very object that `facts` describe, hashing it on the way.
 *
 * @throws StorageError `object-changed` when another object took its place
 */
export async function fetchOriginal(
  originals: ObjectStorage,
  key: string,
  facts: ObjectFacts,
  signal: AbortSignal,
): Promise<Original | undefined> {
  const object = await originals.open(key, { ifMatch: facts.etag, signal });
  if (!object) return undefined;
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.body) {
    hash.update(chunk);
    chunks.push(chunk);
  }
  const digest = hash.digest();
  return { bytes: Buffer.concat(chunks), sha256: digest.toString('hex'), sha256Base64: digest.toString('base64') };
}
