import type { ImageEnds, ImageRecord, ImageRecords, ImageView } from '@imagemill/images';
import type { RenderProgress } from '@imagemill/queue';
import type { ImageId, Rendition, Tenant } from '@imagemill/variants';
import type { LiveEvent } from './live-event.ts';
import type { News, Seen } from './news.ts';

/** Where an image stands, as its listeners are told. Never changed: what happens to the image makes another one. */
export interface ImageState {
  readonly status: ImageView['status'] | 'deleted';
  /** Undefined until a worker has read the original. */
  readonly revision: string | undefined;
  readonly category: string;
  readonly renditions: readonly Rendition[];
  /** The status body. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The id of the image's end, that of its webhook; undefined while it has not ended. */
  readonly endId: string | undefined;
  /** What it was made from; undefined for a deleted image. */
  readonly record: ImageRecord | undefined;
  readonly shared: Shared;
}

/** What was made for one listener of a state already, for the next. */
interface Shared {
  /** By name and id. */
  readonly events: Map<string, LiveEvent>;
  /** By what a listener knows. */
  readonly news: Map<Seen | undefined, News>;
  /** By its id. */
  readonly known: Map<string, Seen>;
}

const nothingShared = (): Shared => ({ events: new Map(), news: new Map(), known: new Map() });

export interface ImageStateSources {
  readonly records: ImageRecords;
  readonly ends: ImageEnds;
  readonly view: (record: ImageRecord) => ImageView;
}

export interface ImageStates {
  /**
   * @param before where the image stood, for one that is gone since
   * @returns undefined for an image that is not there, or not the tenant's
   * @throws QueueUnavailableError
   * @throws StorageError
   */
  load(tenant: Tenant, imageId: ImageId, before: ImageState | undefined): Promise<ImageState | undefined>;
  /** One step further, without a question to anybody; undefined for progress that does not follow on the state. */
  advance(state: ImageState, progress: RenderProgress): ImageState | undefined;
}

export function createImageStates({ records, ends, view }: ImageStateSources): ImageStates {
  function stateOf(record: ImageRecord, endId: string | undefined): ImageState {
    const shown = view(record);
    const revision = record.from === 'job' ? record.job.progress?.revision : revisionOf(record.manifest);
    const { status, category, renditions } = shown;
    return {
      status,
      category,
      renditions,
      revision,
      endId,
      record,
      body: shown,
      shared: nothingShared(),
    };
  }

  return {
    async load(tenant, imageId, before) {
      const record = await records.find(tenant, imageId);
      if (record) return stateOf(record, await ends.eventIdOf(record));
      if (!before || !(await records.wasDeleted(tenant, imageId))) return undefined;
      return deleted(before, imageId);
    },

    advance(state, progress) {
      const { record } = state;
      if (record?.from !== 'job' || record.status !== 'processing') return undefined;
      const { job } = record;
      const known = job.progress;
      // A new run begins with nothing done; entries from before the state was loaded hold no more than it does.
      const isNext = known?.revision === progress.revision && progress.done.length > known.done.length;
      return isNext ? stateOf({ ...record, job: { ...job, progress } }, undefined) : undefined;
    },
  };
}

const revisionOf = (manifest: (ImageRecord & { from: 'manifest' })['manifest']) =>
  manifest.status === 'ready' ? manifest.revision : undefined;

/** It has no webhook, so its id is made as theirs are. */
function deleted({ body, category }: ImageState, imageId: ImageId): ImageState {
  const shown = { ...body, status: 'deleted', renditions: [] };
  const state = { status: 'deleted', category, revision: undefined, renditions: [], record: undefined } as const;
  return { ...state, body: shown, endId: `evt_${imageId}_deleted`, shared: nothingShared() };
}
