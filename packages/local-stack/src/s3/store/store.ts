import { Blobs } from './blobs.ts';
import { Buckets } from './buckets.ts';
import { openDatabase } from './database.ts';
import { type ListPage, type ListQuery, listPage } from './listing.ts';
import { Objects } from './objects.ts';
import { Uploads } from './uploads.ts';

/** Everything on disk: an index in SQLite, the bytes in files beside it. */
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
  const blobs = await Blobs.open(dataDir);
  const referred = database
    .prepare('SELECT blob FROM versions WHERE blob IS NOT NULL UNION SELECT blob FROM parts')
    .all();
  await blobs.removeAllBut(new Set(referred.map((row) => String(row.blob))));
  return {
    blobs,
    buckets: new Buckets(database),
    objects: new Objects(database),
    uploads: new Uploads(database),
    list: (query) => listPage(database, query),
    close: () => database.close(),
  };
}
