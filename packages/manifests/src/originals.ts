import { createHash } from 'node:crypto';
import type { ObjectFacts, ObjectReader, ObjectStorage } from '@imagemill/storage';
import {
  type ImageAddress,
  type ImageId,
  type OriginalAddress,
  originalFolder,
  parseOriginalKey,
  prefixes,
  type Tenant,
} from '@imagemill/variants';
import { deleteFolder } from './delete-folder.ts';
import { OriginalGoneError, OriginalIncompleteError } from './errors.ts';

export interface Original {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly digest: Buffer;
}

/**
 * Downloads the object version that `facts` describe, and hashes it.
 *
 * @throws StorageError `object-changed` if the object was replaced; OriginalGoneError if it was deleted
 * @throws OriginalIncompleteError if the body does not have the size in `facts`
 */
export async function readOriginal(
  originals: ObjectStorage,
  key: string,
  facts: ObjectFacts,
  signal: AbortSignal,
): Promise<Original> {
  const object = await originals.open(key, { ifMatch: facts.etag, signal });
  if (!object) throw new OriginalGoneError();
  const hash = createHash('sha256');
  const bytes = await readWhole({ facts, body: object.body }, (chunk) => hash.update(chunk));
  return { bytes, digest: hash.digest() };
}

/**
 * The bytes of an open object.
 *
 * @throws StorageError; OriginalIncompleteError if the body does not have the size of its facts
 */
export async function readWhole(
  { facts, body }: ObjectReader,
  onChunk: (chunk: Uint8Array) => void = () => {},
): Promise<Uint8Array> {
  // One buffer of the known size: joining chunks at the end would need twice the memory.
  const bytes = Buffer.allocUnsafeSlow(facts.sizeBytes);
  let length = 0;
  for await (const chunk of body) {
    if (length + chunk.byteLength > bytes.byteLength) throw new OriginalIncompleteError();
    onChunk(chunk);
    bytes.set(chunk, length);
    length += chunk.byteLength;
    if (body.hasOwnChunks) freeMemory(chunk);
  }
  // The unfilled rest is uninitialised memory and may hold other data.
  if (length < bytes.byteLength) throw new OriginalIncompleteError();
  return bytes;
}

/**
 * Frees bytes that are not used any more. If they were left to the garbage collector, V8 would collect its whole heap for every 64 MB: that
 * takes more CPU than reading them.
 */
function freeMemory({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

export interface Upload {
  readonly address: OriginalAddress;
  readonly uploadedAt: Date;
}

/** A page of all originals, by tenant, category and age. Other objects are skipped. @throws StorageError */
export async function listOriginals(
  originals: ObjectStorage,
  list: { startAfter: string | undefined; signal: AbortSignal },
): Promise<{ readonly uploads: readonly Upload[]; readonly nextAfter: string | undefined }> {
  const { objects, nextAfter } = await originals.list({ prefix: prefixes.originals, ...list });
  const uploads = objects.flatMap(({ key, modifiedAt }) => {
    const address = parseOriginalKey(key);
    return address ? [{ address, uploadedAt: modifiedAt }] : [];
  });
  return { uploads, nextAfter };
}

/** Finds a tenant's original by its image id, in any of these categories. @throws StorageError */
export async function findOriginal(
  originals: ObjectStorage,
  { tenant, imageId }: { tenant: Tenant; imageId: ImageId },
  categories: Iterable<string>,
): Promise<OriginalAddress | undefined> {
  const folders = [...categories].map((category) => originalFolder({ tenant, category, imageId }));
  const pages = await Promise.all(folders.map((prefix) => originals.list({ prefix, limit: 1 })));
  const [object] = pages.flatMap(({ objects }) => objects);
  return object && parseOriginalKey(object.key);
}

/** Deletes an image's original. @throws StorageError */
export const deleteOriginal = (originals: ObjectStorage, image: ImageAddress, signal: AbortSignal) =>
  deleteFolder(originals, originalFolder(image), signal);
