import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, uploadSweepKey } from '@imagemill/variants';
import { z } from 'zod';
import { readRecord } from './read-record.ts';

const Position = z.object({
  /** Earlier rounds have compared the uploads up to this time. */
  sweptUntil: z.iso.datetime(),
  /** The round in progress: the uploads from `sweptUntil` to `until`, of which those up to the key `after` were compared. */
  round: z.object({ until: z.iso.datetime(), after: z.string().optional() }).optional(),
  /** A pass is running, at most until then. */
  takenUntil: z.iso.datetime().optional(),
});

/** How far the sweep for lost uploads has come. */
export type SweepPosition = z.infer<typeof Position>;

interface StoredPosition {
  readonly position: SweepPosition;
  /** Undefined before the first pass. */
  readonly etag: string | undefined;
}

export interface SweepPositions {
  /** @throws StorageError; UnreadableError `unreadable-sweep-position` */
  read(options: { signal: AbortSignal }): Promise<StoredPosition>;
  /** @returns undefined if another pass has changed it in the meantime @throws StorageError */
  replace(
    stored: StoredPosition,
    position: SweepPosition,
    options: { signal: AbortSignal },
  ): Promise<StoredPosition | undefined>;
}

const positionRecord = { code: 'unreadable-sweep-position', parse: Position.parse } as const;

export function createSweepPositions(originals: ObjectStorage): SweepPositions {
  return {
    async read(options) {
      const stored = await readRecord(originals, uploadSweepKey, positionRecord, options);
      return { position: stored?.record ?? { sweptUntil: new Date(0).toISOString() }, etag: stored?.etag };
    },

    async replace({ etag }, position, options) {
      const object = { key: uploadSweepKey, contentType: 'application/json', cacheControl: CACHE_PRIVATE };
      const condition = etag === undefined ? { ifAbsent: true } : { ifMatch: etag };
      const body = Buffer.from(JSON.stringify(position));
      const put = await originals.put({ ...object, body, ...condition }, options);
      return put.outcome === 'stored' ? { position, etag: put.etag } : undefined;
    },
  };
}
