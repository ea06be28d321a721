import type { FindUploads, UploadLook } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import pLimit from 'p-limit';

/** More looks than this at one category's originals are one listing: S3 charges a listing as about twelve HEAD requests. */
const HEADS_MAX = 12;
const HEADS_AT_ONCE = 4;

/**
 * Looks for uploads: few of them by HEAD requests, many of one category by listing the tenant's originals from the first one
 * on. A listing returns at most 1,000 originals; looks for later ones stay open.
 *
 * @throws StorageError
 */
export function createFindUploads(originals: ObjectStorage): FindUploads {
  return async (looks, signal) => {
    const present = new Set<UploadLook>();
    const open = new Set<UploadLook>();
    let requests = 0;
    for (const group of Map.groupBy(looks, ({ address }) => address.category).values()) {
      const found =
        group.length > HEADS_MAX ? await byListing(originals, group, signal) : await byHead(originals, group, signal);
      for (const look of found.present) present.add(look);
      for (const look of found.open) open.add(look);
      requests += found.requests;
    }
    return { present, open, requests };
  };
}

async function byHead(originals: ObjectStorage, looks: readonly UploadLook[], signal: AbortSignal) {
  const heads = await pLimit(HEADS_AT_ONCE).map(looks, ({ originalKey }) => originals.head(originalKey, { signal }));
  return { present: looks.filter((_look, index) => heads[index]), open: [], requests: looks.length };
}

/** @param looks of one tenant and category, whose keys have a common prefix and the order of their tickets */
async function byListing(originals: ObjectStorage, looks: readonly UploadLook[], signal: AbortSignal) {
  const keys = looks.map(({ originalKey }) => originalKey).toSorted();
  const [first = ''] = keys;
  const prefix = folderOf(folderOf(first));
  // The folder of the first image sorts before every key in it.
  const { objects, nextAfter } = await originals.list({ prefix, startAfter: folderOf(first), signal });
  const there = new Set(objects.map(({ key }) => key));
  const isListed = ({ originalKey }: UploadLook) => nextAfter === undefined || originalKey <= nextAfter;
  return {
    present: looks.filter(({ originalKey }) => there.has(originalKey)),
    open: looks.filter((look) => !isListed(look)),
    requests: 1,
  };
}

const folderOf = (key: string) => key.slice(0, key.replace(/\/$/, '').lastIndexOf('/') + 1);
