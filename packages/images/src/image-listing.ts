import { UnreadableError } from '@imagemill/errors';
import type { ImageIndex, ImageStatus } from '@imagemill/queue';
import { type Categories, type ImageId, type Tenant, timeOfId } from '@imagemill/variants';
import pLimit from 'p-limit';
import type { ImageRecord, ImageRecords } from './image-record.ts';

interface ListingPage {
  readonly category?: string | undefined;
  readonly status?: ImageStatus | undefined;
  /** Only images that are older than this one. */
  readonly before?: ImageId | undefined;
  readonly limit: number;
}

interface Listed {
  readonly records: readonly ImageRecord[];
  /** What `before` of the next page is; none after the last. */
  readonly next: ImageId | undefined;
}

/** A tenant's images, the newest first. @throws QueueUnavailableError, StorageError */
export type ListImages = (tenant: Tenant, page: ListingPage) => Promise<Listed>;

/** A page that finds too few of a status ends here, and is gone on with by its cursor. */
const EXAMINED_MAX = 300;
const LOOKS_AT_ONCE = 16;
/** An image is listed before its job is added; after this time nothing will come of it any more. */
const UNKNOWN_AFTER_MS = 3600_000;

interface ListingServices {
  readonly index: ImageIndex;
  readonly records: ImageRecords;
  readonly categories: Categories;
  /** Called for an image that a page leaves out, since one of its records is broken. */
  readonly onUnreadable: (imageId: ImageId, error: UnreadableError) => void;
}

export function createListImages({ index, records, categories, onUnreadable }: ListingServices): ListImages {
  const slot = pLimit(LOOKS_AT_ONCE);

  async function look(tenant: Tenant, imageId: ImageId): Promise<ImageRecord | undefined> {
    const record = await records.find(tenant, imageId).catch((error: unknown) => {
      if (!(error instanceof UnreadableError)) throw error;
      onUnreadable(imageId, error);
      return 'unreadable' as const;
    });
    if (record === 'unreadable') return undefined;
    const isForgotten = !record && Date.now() - timeOfId(imageId).getTime() > UNKNOWN_AFTER_MS;
    if (isForgotten) await index.remove(tenant, imageId, [...categories.keys()]);
    return record;
  }

  return async (tenant, { category, status, before, limit }) => {
    const found: ImageRecord[] = [];
    let last = before;
    for (let examined = 0; examined < EXAMINED_MAX; examined += limit) {
      const ids = await index.list(tenant, { category, before: last, limit });
      const looked = await Promise.all(ids.map((imageId) => slot(look, tenant, imageId)));
      for (const [place, record] of looked.entries()) {
        last = ids[place];
        if (record && (status === undefined || record.status === status)) found.push(record);
        if (found.length === limit) return { records: found, next: last };
      }
      if (ids.length < limit) return { records: found, next: undefined };
    }
    return { records: found, next: last };
  };
}
