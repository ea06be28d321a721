import type { Problem } from '@imagemill/http';
import type { ImagingEngine } from '@imagemill/imaging';
import { QueueUnavailableError } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import { inSpan } from '@imagemill/tracing';
import type { Findings } from '../find/remember-findings.ts';
import { imageGone, pictureNotFound } from '../http/picture-problems.ts';
import type { RenderPlace } from '../render/heavy-places.ts';
import { placeLane } from '../render/place-lane.ts';
import type { FoundImage, RenderOrder } from '../render/render-order.ts';
import type { RenderQueue } from '../render/render-queue.ts';
import { renderRendition } from '../render/render-rendition.ts';
import { createStopwatch, type Timings } from '../render/stopwatch.ts';
import type { StoredPicture } from '../serve/stored-pictures.ts';
import { isGoneNow, type Publisher, publishRendition } from './publish-rendition.ts';
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
  /** Called when a render finds out that an image is not there any more, or not yet. */
  readonly noteFinding: Findings['note'];
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
  let isStored = false;
  try {
    // Another process may have stored it since this one looked for it.
    const found = held?.mayBeStored ? await services.pictures.open(order.key) : undefined;
    const made: Made = found
      ? { picture: found, how: 'stored', timings: {} }
      : await renderInTurn(services, order, flight);
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

async function renderInTurn(services: MissServices, order: RenderOrder, flight: Flight): Promise<Made> {
  const watch = createStopwatch();
  const { signal } = flight;
  const queuedAt = performance.now();
  const work = async (place: RenderPlace) => {
    watch.timings.queue = performance.now() - queuedAt;
    flight.commit();
    const bytes = await renderRendition(services, order, { watch, place, signal });
    if (!bytes) throw await withoutOriginal(services, order.image);
    const { picture, stored } = await inSpan('publish', {}, () => publishRendition(services, order, bytes, signal));
    services.onRendered(watch.timings);
    return { picture, how: stored ? 'rendered' : 'stored', timings: watch.timings } as const;
  };
  const render = { tenant: order.image.tenant, lane: placeLane(order.image), signal, work, onPutBack: flight.uncommit };
  return services.queue.run(render).catch((error: unknown) => {
    const { decode = 0, encode = 0 } = watch.timings;
    // At the time limit, or with the last client while it waited: after a first try, it has spent CPU without a result in both cases.
    if (signal.aborted) services.unrenderable.addUnfinished(order.key, decode + encode);
    throw error;
  });
}

/** What was found may be seconds old: the image may have been deleted since. */
async function withoutOriginal({ manifests, noteFinding }: MissServices, image: FoundImage): Promise<Problem> {
  const { imageId, tenant, category } = image;
  if (await isGoneNow(manifests, imageId)) {
    noteFinding(imageId, { is: 'gone', image: { tenant, category } });
    return imageGone();
  }
  noteFinding(imageId, { is: 'missing' });
  return pictureNotFound();
}
