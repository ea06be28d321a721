import { type ImagingEngine, type Picture, RejectedImageError } from '@imagemill/imaging';
import { fetchOriginal } from '@imagemill/rendering';
import type { ObjectStorage } from '@imagemill/storage';
import { notRenderable, pictureNotFound } from '../http/picture-problems.ts';
import type { UnrenderableKeys } from '../miss/unrenderable-keys.ts';
import type { RenderOrder } from './render-order.ts';
import type { Stopwatch } from './stopwatch.ts';

interface Renderer {
  readonly originals: ObjectStorage;
  readonly engine: ImagingEngine;
  readonly unrenderable: UnrenderableKeys;
}

/**
 * Makes one rendition from the original, with the decode plan of the order's set.
 *
 * @throws Problem 404 if the original is gone, was replaced, or is not an acceptable image
 * @throws StorageError, TookTooLongError, EngineBusyError; the signal's reason
 */
export async function renderRendition(
  { originals, engine, unrenderable }: Renderer,
  { key, image, set, only }: RenderOrder,
  { watch, signal }: { readonly watch: Stopwatch; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const { originalKey, originalEtag } = image;
  try {
    const original = await watch.time('fetch', async () => {
      const facts = image.facts ?? (await originals.head(originalKey, { signal }));
      const isThere = facts !== undefined && (originalEtag === undefined || facts.etag === originalEtag);
      if (!isThere) throw pictureNotFound();
      return fetchOriginal(originals, image, facts, engine.limits, signal);
    });
    const picture = await watch.time('decode', async () => {
      const source = await engine.inspect(original.bytes, { set, signal });
      return engine.decode(original.bytes, source, set, { only: [only], focus: image.focus, signal });
    });
    return await watch.time('encode', () => onlyRendition(picture, signal));
  } catch (error) {
    if (!(error instanceof RejectedImageError)) throw error;
    // The job of the image rejects it with the reason, for its seller.
    unrenderable.add(key);
    throw notRenderable();
  }
}

async function onlyRendition(picture: Picture, signal: AbortSignal): Promise<Uint8Array> {
  try {
    // To its end: a process whose work is cut short may have to be replaced.
    const [rendition] = await Array.fromAsync(picture.render({ signal }));
    if (!rendition) throw new Error('The engine rendered nothing.');
    return rendition.data;
  } finally {
    picture.close();
  }
}
