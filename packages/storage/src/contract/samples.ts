import { createHash, randomUUID } from 'node:crypto';
import type { ObjectStorage } from '../object-storage.ts';

export const bytes = Buffer.from('not really a photograph');
export const key = () => `images/${randomUUID()}.jpg`;
export const stored = (name: string, body: Uint8Array = bytes) => ({
  key: name,
  body,
  contentType: 'image/jpeg',
  cacheControl: 'private',
});
export const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('base64');
export const textAt = async (storage: ObjectStorage, name: string, options: { ifMatch?: string } = {}) => {
  const object = await storage.open(name, options);
  return object && Buffer.concat(await Array.fromAsync(object.body)).toString();
};

/** The declaration of an upload. */
export const declared = (more: object = {}) => ({
  key: key(),
  contentType: 'image/jpeg',
  contentLength: bytes.length,
  cacheControl: 'private',
  expiresInSeconds: 60,
  metadata: { filename: 'caf%C3%A9.jpg' },
  ...more,
});

export const anHourAgo = () => new Date(Date.now() - 3600_000);
