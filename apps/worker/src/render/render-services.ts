import type { EnginePool, ImagingEngine } from '@imagemill/imaging';
import type { Deletions, Manifests, Previews } from '@imagemill/manifests';
import type { PurgeQueue } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { ObjectStorage } from '@imagemill/storage';
import type { Categories } from '@imagemill/variants';
import type { Duplicates } from '../duplicates/duplicates.ts';
import type { ImportOriginal } from '../import/import-original.ts';
import type { Moderator } from '../moderation/moderate.ts';
import type { HeavySlots } from '../slots/heavy-slots.ts';
import type { LargeOriginals } from '../slots/large-originals.ts';

/** The dependencies of the render handler. */
export interface RenderServices {
  readonly originals: ObjectStorage;
  readonly cdn: ObjectStorage;
  readonly manifests: Manifests;
  readonly deletions: Deletions;
  readonly engine: ImagingEngine;
  readonly laneOf: EnginePool['laneOf'];
  readonly heavySlots: HeavySlots;
  readonly largeOriginals: LargeOriginals;
  readonly importOriginal: ImportOriginal;
  readonly previews: Previews;
  /** Set if a moderation service is configured. */
  readonly moderator?: Moderator | undefined;
  readonly duplicates: Duplicates;
  readonly categories: Categories;
  /** Rejects an original if its format is accepted but differs from the declared one. */
  readonly strictContentType: boolean;
  readonly uploadGraceMs: number;
  /** Set if purges at a CDN are configured. */
  readonly purges?: Pick<PurgeQueue, 'add'> | undefined;
  /** Called for each encode, with its time in its slot. */
  readonly onEncoded?: ((format: string, seconds: number) => void) | undefined;
  readonly logger: Logger;
}
