import type { ImagingEngine } from '@imagemill/imaging';
import { QueueUnavailableError } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import { imageGone, tookTooLong } from '../http/picture-problems.ts';
import type { RenderOrder } from '../render/render-order.ts';
import type { RenderQueue } from '../render/render-queue.ts';
import { renderRendition } from '../render/render-rendition.ts';
import { createStopwatch, type Timings } from '../render/stopwatch.ts';
import type { StoredPicture } from '../serve/stored-pictures.ts';
import { type Publisher, publishRendition } from './publish-rendition.ts';
import type { RenderLock } from './render-lock.ts';
import type { Flight } from './single-flight.ts';
import type { UnrenderableKeys } from './unrenderable-keys.ts';

export interface MissServices extends Publisher {
  readonly originals: ObjectStorage;
  readonly engine: ImagingEngine;
  readonly unrenderable: UnrenderableKeys;
  readonly lock: RenderLock;
  readonly queue: RenderQueue;
  readonly onRendered: (timings: Timings) => void;
}

export interface Made {
  readonly picture: StoredPicture;
  /** `rendered`: made and stored here. `stored`: another process was first. */
  readonly how: 'rendered' | 'stored';
  readonly timings: Timings;
}

/** Makes a rendition that is not stored: lock → queue → render → publish. @throws as its steps do */
export async function makeMissing(services: MissServices, order: RenderOrder, flight: Flight): Promise<Made> {
  services.unrenderable.check(order.key);
  const held = await enter(services.lock, order, flight.signal);
  if (held === 'stored') return storedByAnother(services, order);
  let isStored = false;
  try {
    const made = await renderInTurn(services, order, flight);
    isStored = true;
    return made;
  } finally {
    // The shopper need not wait for it.
    void held?.leave(isStored);
  }
}

/** Without Redis, the processes render a finished image independently: the first one to publish wins. */
async function enter(lock: RenderLock, { key, image }: RenderOrder, signal: AbortSignal) {
  try {
    return await lock.enter(key, signal);
  } catch (error) {
    if (error instanceof QueueUnavailableError && image.from === 'manifest') return undefined;
    throw error;
  }
}

async function storedByAnother({ pictures, manifests }: MissServices, { key, image }: RenderOrder): Promise<Made> {
  const picture = await pictures.open(key);
  if (picture) return { picture, how: 'stored', timings: {} };
  const status = (await manifests.read(image.imageId))?.manifest.status;
  throw status === 'deleted' || status === 'rejected' ? imageGone() : tookTooLong();
}

async function renderInTurn(services: MissServices, order: RenderOrder, flight: Flight): Promise<Made> {
  const watch = createStopwatch();
  const { signal } = flight;
  const queuedAt = performance.now();
  return services.queue.run(order.image.tenant, signal, async () => {
    watch.timings.queue = performance.now() - queuedAt;
    flight.commit();
    const bytes = await renderRendition(services, order, { watch, signal });
    const { picture, stored } = await publishRendition(services, order, bytes, signal);
    services.onRendered(watch.timings);
    return { picture, how: stored ? 'rendered' : 'stored', timings: watch.timings };
  });
}
