import { type Blobs, openBlobs } from './blobs.ts';
import { type Buckets, createBuckets } from './buckets.ts';
import { openDatabase } from './database.ts';
import { type ListPage, type ListQuery, listPage } from './listing.ts';
import { createObjects, type Objects } from './objects.ts';
import { createUploads, type Uploads } from './uploads.ts';

/** Everything on disk: an index in SQLite, and the bytes in separate files. */
export interface Store {
  readonly blobs: Blobs;
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly uploads: Uploads;
  list(query: ListQuery): ListPage;
  close(): void;
}

export async function openStore(dataDir: string): Promise<Store> {
  const database = openDatabase(dataDir);
  const blobs = await openBlobs(dataDir);
  const referred = database.prepare('SELECT blob FROM objects UNION SELECT blob FROM parts').all();
  await blobs.removeAllBut(new Set(referred.map((row) => String(row.blob))));
  return {
    blobs,
    buckets: createBuckets(database),
    objects: createObjects(database),
    uploads: createUploads(database),
    list: (query) => listPage(database, query),
    close: () => database.close(),
  };
}
