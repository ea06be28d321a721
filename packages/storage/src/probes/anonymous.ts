import type { ObjectStorage } from '../object-storage.ts';
import { statusOfFetch, uploadOf } from './probe.ts';

/** The address of an object, at the endpoint for uploaders, without a signature. */
export async function plainUrl(storage: ObjectStorage, key: string): Promise<URL> {
  const url = new URL((await storage.presignUpload(uploadOf(key))).url);
  url.search = '';
  return url;
}

/** The statuses that requests without a signature get for an object, and for the list of the bucket's objects. */
export async function probeAnonymous(storage: ObjectStorage, key: string, signal?: AbortSignal) {
  const object = await plainUrl(storage, key);
  const list = new URL(object.href.slice(0, -key.length));
  list.search = 'list-type=2';
  const init = signal ? { signal } : {};
  return { object: await statusOfFetch(object, init), list: await statusOfFetch(list, init) };
}
