import { UnreadableError } from '@imagemill/errors';
import type { ImageIndex, ImageStatus, RenderQueue } from '@imagemill/queue';
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
  /** What the page counts as: a read for each image that was looked up, and one for each ten that their jobs ruled out. */
  readonly reads: number;
}

/** A tenant's images, newest first. @throws QueueUnavailableError, StorageError */
export type ListImages = (tenant: Tenant, page: ListingPage) => Promise<Listed>;

/** A page that finds too few images of a status stops here; its cursor continues the search. */
const EXAMINED_MAX = 300;
/** An image whose job rules its status out costs less than a tenth of a look-up, measured. */
const RULED_OUT_PER_READ = 10;
/** Look-ups at once in one process, and of one tenant: a tenant with many listings does not slow those of others. */
const READS_AT_ONCE = 32;
const TENANT_READS_AT_ONCE = 8;
/** An image is indexed before its job is added. If it has no job after this time, it never will. */
const UNKNOWN_AFTER_MS = 3600_000;

interface ListingServices {
  readonly index: ImageIndex;
  readonly queue: Pick<RenderQueue, 'possible'>;
  readonly records: ImageRecords;
  readonly categories: Categories;
  /** An image that does not exist this long after its ticket is removed from the index; an hour if not given. */
  readonly unknownAfterMs?: number | undefined;
  /** Called for an image that a page skips because one of its records is unreadable. */
  readonly onUnreadable: (imageId: ImageId, error: UnreadableError) => void;
}

export function createListImages(services: ListingServices): ListImages {
  const { index, queue, records, categories, unknownAfterMs = UNKNOWN_AFTER_MS, onUnreadable } = services;
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
    let lookedUp = 0;
    const page = (next: ImageId | undefined): Listed => ({
      records: found,
      next,
      reads: lookedUp + Math.ceil((examined - lookedUp) / RULED_OUT_PER_READ),
    });
    while (examined < EXAMINED_MAX) {
      const ids = await index.list(tenant, { category, before: last, limit });
      const possible = status === undefined ? ids : await queue.possible(ids, status);
      const looked = await Promise.all(
        possible.map(async (imageId) => ({ imageId, record: await turns.run(tenant, () => look(tenant, imageId)) })),
      );
      examined += ids.length;
      lookedUp += possible.length;
      const matching = looked.flatMap(({ imageId, record }) =>
        record && hasStatus(record) ? [{ imageId, record }] : [],
      );
      const taken = matching.slice(0, limit - found.length);
      found.push(...taken.map(({ record }) => record));
      if (found.length === limit) return page(taken.at(-1)?.imageId);
      if (ids.length < limit) return page(undefined);
      last = ids.at(-1);
    }
    return page(last);
  };
}
