import type { ImageId } from '@imagemill/variants';
import type { FindImage } from '../find/find-image.ts';
import { requireImage } from '../find/require-image.ts';
import { pictureNotFound, tookTooLong } from '../http/picture-problems.ts';
import { type Made, type MissServices, makeMissing } from '../miss/make-missing.ts';
import type { Flight, SingleFlight } from '../miss/single-flight.ts';
import type { FoundImage, RenderOrder } from '../render/render-order.ts';
import type { Timings } from '../render/stopwatch.ts';
import type { StoredPicture, StoredPictures } from './stored-pictures.ts';

/** A picture that a request asks for. */
export interface WantedPicture {
  readonly imageId: ImageId;
  /** Its key in the CDN bucket. */
  readonly key: string;
  /** Called if the key is not stored. @throws Problem if this image has no such picture */
  readonly orderFor: (image: FoundImage, signal: AbortSignal) => RenderOrder | Promise<RenderOrder>;
}

/** `memory` and `bucket` are hits. `stored`: another process made the picture. `collapsed`: another request did. */
export type Outcome = 'memory' | 'bucket' | 'rendered' | 'stored' | 'collapsed';

export interface Delivered {
  readonly picture: StoredPicture;
  readonly outcome: Outcome;
  readonly timings: Timings;
}

export interface PictureServices {
  readonly pictures: StoredPictures;
  readonly findImage: FindImage;
  readonly miss: MissServices;
  readonly flights: SingleFlight<Made>;
  /** Time limit of a request for a picture that is not stored. */
  readonly timeoutMs: number;
}

/**
 * The picture from memory, else from the CDN bucket, else rendered and published now.
 *
 * @param clientGone aborted when the client has disconnected; read only on a miss
 * @throws Problem; StorageError, QueueUnavailableError, UnreadableError
 */
export async function getPicture(
  services: PictureServices,
  wanted: WantedPicture,
  clientGone: () => AbortSignal,
): Promise<Delivered> {
  const { pictures, flights, timeoutMs } = services;
  const { key } = wanted;
  const held = pictures.inMemory(key);
  if (held) return { picture: held, outcome: 'memory', timings: {} };
  const stored = await pictures.open(key);
  if (stored) return { picture: stored, outcome: 'bucket', timings: {} };

  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(tookTooLong()), timeoutMs);
  try {
    const signal = AbortSignal.any([clientGone(), limit.signal]);
    const { result, joined } = await flights(key, signal, (flight) => make(services, wanted, flight));
    if (!joined) return { ...result, outcome: result.how };
    return { ...result, outcome: 'collapsed', picture: await ownCopy(pictures, key, result.picture) };
  } finally {
    clearTimeout(timer);
  }
}

async function make({ findImage, miss }: PictureServices, wanted: WantedPicture, flight: Flight): Promise<Made> {
  const image = requireImage(await findImage(wanted.imageId, flight.signal));
  return makeMissing(miss, await wanted.orderFor(image, flight.signal), flight);
}

/** The body of a large picture can be read only once. */
async function ownCopy(pictures: StoredPictures, key: string, picture: StoredPicture): Promise<StoredPicture> {
  if ('bytes' in picture) return picture;
  const own = await pictures.open(key);
  if (!own) throw pictureNotFound();
  return own;
}
