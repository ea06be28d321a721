import { UnreadableError } from '@imagemill/errors';
import type { ImageIndex, ImageStatus } from '@imagemill/queue';
import { type Categories, type ImageId, type Tenant, timeOfId } from '@imagemill/variants';
import type { ImageRecord, ImageRecords } from './image-record.ts';
import { createLookUpTurns } from './look-up-turns.ts';

interface ListingPage {
  readonly category?: string | undefined;
  readonly status?: ImageStatus | undefined;
  /** Only images that are older than this one. */
  readonly before?: ImageId | undefined;
  readonly limit: number;
}

interface Listed {
  readonly records: readonly ImageRecord[];
  /** The `before` of the next page; undefined after the last page. */
  readonly next: ImageId | undefined;
  /** Images that were looked up: with a status, often more than were found. */
  readonly examined: number;
}

/** A tenant's images, newest first. @throws QueueUnavailableError, StorageError */
export type ListImages = (tenant: Tenant, page: ListingPage) => Promise<Listed>;

/** A page that finds too few images of a status stops here; its cursor continues the search. */
const EXAMINED_MAX = 300;
/** Look-ups at once in one process, and of one tenant: a tenant with many listings does not slow those of others. */
const READS_AT_ONCE = 32;
const TENANT_READS_AT_ONCE = 8;
/** An image is indexed before its job is added. If it has no job after this time, it never will. */
const UNKNOWN_AFTER_MS = 3600_000;

interface ListingServices {
  readonly index: ImageIndex;
  readonly records: ImageRecords;
  readonly categories: Categories;
  /** An image that does not exist this long after its ticket is removed from the index; an hour if not given. */
  readonly unknownAfterMs?: number | undefined;
  /** Called for an image that a page skips because one of its records is unreadable. */
  readonly onUnreadable: (imageId: ImageId, error: UnreadableError) => void;
}

export function createListImages(services: ListingServices): ListImages {
  const { index, records, categories, unknownAfterMs = UNKNOWN_AFTER_MS, onUnreadable } = services;
  const turns = createLookUpTurns(READS_AT_ONCE, TENANT_READS_AT_ONCE);

  async function look(tenant: Tenant, imageId: ImageId): Promise<ImageRecord | undefined> {
    const record = await records.find(tenant, imageId).catch((error: unknown) => {
      if (!(error instanceof UnreadableError)) throw error;
      onUnreadable(imageId, error);
      return 'unreadable' as const;
    });
    if (record === 'unreadable') return undefined;
    const isForgotten = !record && Date.now() - timeOfId(imageId).getTime() > unknownAfterMs;
    if (isForgotten) await index.remove(tenant, imageId, [...categories.keys()]);
    return record;
  }

  return async (tenant, { category, status, before, limit }) => {
    const hasStatus = (record: ImageRecord) => status === undefined || record.status === status;
    const found: ImageRecord[] = [];
    let last = before;
    let examined = 0;
    while (examined < EXAMINED_MAX) {
      const ids = await index.list(tenant, { category, before: last, limit });
      const looked = await Promise.all(
        ids.map(async (imageId) => ({ imageId, record: await turns.run(tenant, () => look(tenant, imageId)) })),
      );
      examined += ids.length;
      const matching = looked.flatMap(({ imageId, record }) =>
        record && hasStatus(record) ? [{ imageId, record }] : [],
      );
      const taken = matching.slice(0, limit - found.length);
      found.push(...taken.map(({ record }) => record));
      if (found.length === limit) return { records: found, next: taken.at(-1)?.imageId, examined };
      if (ids.length < limit) return { records: found, next: undefined, examined };
      last = ids.at(-1);
    }
    return { records: found, next: last, examined };
  };
}
