import type { ImageEnds, ImageRecord, ImageRecords, ImageView } from '@imagemill/images';
import type { RenderProgress } from '@imagemill/records';
import { type ImageId, type OwnSettings, ownSettings, type Rendition, type Tenant } from '@imagemill/variants';
import type { LiveEvent } from './live-event.ts';
import type { News, Seen } from './news.ts';

/** The state of an image as sent to listeners. Immutable: every change of the image makes a new one. */
export interface ImageState extends OwnSettings {
  readonly status: ImageView['status'] | 'deleted';
  /** Undefined until a worker has read the original. */
  readonly revision: string | undefined;
  readonly category: string;
  readonly renditions: readonly Rendition[];
  /** The status body. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The id of the image's end event and of its webhook; undefined until the image has ended. */
  readonly endId: string | undefined;
  /** The source of this state; undefined for a deleted image. */
  readonly record: ImageRecord | undefined;
  readonly shared: Shared;
}

/** Results that the listeners of a state share. */
interface Shared {
  /** By name and id. */
  readonly events: Map<string, LiveEvent>;
  /** By the state that a listener has. */
  readonly news: Map<Seen | undefined, News>;
  /** By id. */
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
   * @param before the last state, for an image that was deleted since
   * @returns undefined if the image does not exist or belongs to another tenant
   * @throws QueueUnavailableError
   * @throws StorageError
   */
  load(tenant: Tenant, imageId: ImageId, before: ImageState | undefined): Promise<ImageState | undefined>;
  /** The next state, without I/O; undefined if the progress does not follow the state. */
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
      ...ownSettings(record.from === 'job' ? record.job.image : record.manifest),
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
      // A new run starts with nothing done; entries older than the state contain no more than the state.
      const isNext = known?.revision === progress.revision && progress.done.length > known.done.length;
      return isNext ? stateOf({ ...record, job: { ...job, progress } }, undefined) : undefined;
    },
  };
}

const revisionOf = (manifest: (ImageRecord & { from: 'manifest' })['manifest']) =>
  manifest.status === 'ready' ? manifest.revision : undefined;

/** A deletion has no webhook; its id has the same form as theirs. */
function deleted({ body, category }: ImageState, imageId: ImageId): ImageState {
  const shown = { ...body, status: 'deleted', renditions: [] };
  const state = { status: 'deleted', category, revision: undefined, renditions: [], record: undefined } as const;
  return { ...state, body: shown, endId: `evt_${imageId}_deleted`, shared: nothingShared() };
}
