import { type ImagingEngine, type Picture, RejectedImageError } from '@imagemill/imaging';
import { fetchCurrentOriginal } from '@imagemill/rendering';
import type { ObjectStorage } from '@imagemill/storage';
import { leftToTheWorker, notRenderable } from '../http/picture-problems.ts';
import type { UnrenderableKeys } from '../miss/unrenderable-keys.ts';
import type { RenderPlace } from './heavy-places.ts';
import type { RenderOrder } from './render-order.ts';
import type { Stopwatch } from './stopwatch.ts';

interface Renderer {
  readonly originals: ObjectStorage;
  readonly engine: ImagingEngine;
  readonly unrenderable: UnrenderableKeys;
}

interface Rendering {
  readonly watch: Stopwatch;
  readonly place: RenderPlace;
  readonly signal: AbortSignal;
}

/**
 * Makes one rendition from the original, with the decode plan of the order's set.
 *
 * @returns undefined if the original is missing, or was replaced
 * @throws Problem 404 if it is not an acceptable image; 503 if a step was skipped here that decides its bytes, and no manifest has a decision
 * @throws StorageError, TookTooLongError, EngineBusyError; the signal's reason; what `place` throws for a heavy image
 */
export async function renderRendition(
  { originals, engine, unrenderable }: Renderer,
  { key, image, set, chosenFocus, only }: RenderOrder,
  { watch, place, signal }: Rendering,
): Promise<Uint8Array | undefined> {
  try {
    const original = await watch.time('fetch', () => fetchCurrentOriginal(originals, image, engine.limits, signal));
    if (!original) return undefined;
    try {
      const picture = await watch.time('decode', async () => {
        const source = await engine.inspect(original, { set, signal });
        const { focus, enhance } = image;
        const { foundHeavy: isHeavy, becomeHeavy: onHeavy } = place;
        const options = { only: [only], focus, chosenFocus, enhance, isHeavy, onHeavy, signal };
        return engine.decode(original, source, set, options);
      });
      return await watch.time('encode', () => onlyRendition(picture, signal));
    } finally {
      engine.free(original);
    }
  } catch (error) {
    if (!(error instanceof RejectedImageError)) throw error;
    // The job of the image rejects it with the reason, for its seller.
    unrenderable.add(key);
    throw notRenderable();
  }
}

async function onlyRendition(picture: Picture, signal: AbortSignal): Promise<Uint8Array> {
  try {
    // It would be stored, beside those that a worker makes with the step.
    if (picture.decided.skipped.length > 0) throw leftToTheWorker();
    // To its end: a process whose work is cut short may have to be replaced.
    const [rendition] = await Array.fromAsync(picture.render({ signal }));
    if (!rendition) throw new Error('The engine rendered nothing.');
    return rendition.data;
  } finally {
    picture.close();
  }
}
