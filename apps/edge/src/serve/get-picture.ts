import type { RecentPurges } from '@imagemill/queue';
import { type Categories, type ImageId, isPrivateKey } from '@imagemill/variants';
import type { FindImage } from '../find/find-image.ts';
import { isPublic } from '../find/is-public.ts';
import { mayBeMade } from '../find/may-be-made.ts';
import { requireImage } from '../find/require-image.ts';
import { pictureNotFound } from '../http/picture-problems.ts';
import type { MissLimit } from '../miss/limit-misses.ts';
import { type Made, type MissServices, makeMissing } from '../miss/make-missing.ts';
import type { Flight, SingleFlight } from '../miss/single-flight.ts';
import type { FoundImage, RenderOrder } from '../render/render-order.ts';
import type { Timings } from '../render/stopwatch.ts';
import { discard, type StoredPicture, type StoredPictures } from './stored-pictures.ts';

/** A picture that a request asks for. */
export interface WantedPicture {
  readonly imageId: ImageId;
  /** Its key in the CDN bucket. */
  readonly key: string;
  /** What of it will be read, by default all. `facts`: possibly no byte. */
  readonly reads?: 'part' | 'facts';
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

/** What the requests for one key share. */
export interface Fetched extends Pick<Delivered, 'picture' | 'timings'> {
  readonly how: 'bucket' | Made['how'];
}

export interface PictureServices {
  readonly categories: Categories;
  readonly pictures: StoredPictures;
  readonly recentPurges: Pick<RecentPurges, 'mayHave'>;
  readonly findImage: FindImage;
  readonly miss: MissServices;
  readonly limitMisses: MissLimit;
  readonly flights: SingleFlight<Fetched>;
}

/**
 * The picture from memory, else from the CDN bucket, else rendered and published now. Requests for one key share every call from
 * the first one on, also for a picture that does not exist.
 *
 * @param clientGone aborted when the client has disconnected; read only if the picture is not in memory
 * @throws Problem; StorageError, QueueUnavailableError, UnreadableError
 */
export async function getPicture(
  services: PictureServices,
  wanted: WantedPicture,
  clientGone: () => AbortSignal,
): Promise<Delivered> {
  const { pictures, recentPurges, flights } = services;
  const { imageId, key } = wanted;
  const held = pictures.inMemory(key);
  // A picture that was purged from the caches must not return to them from memory: then the bucket decides.
  if (held && !recentPurges.mayHave(imageId)) return { picture: held, outcome: 'memory', timings: {} };
  if (held) pictures.forget(key);
  const { result, joined } = await flights(key, clientGone(), async (flight) => {
    const fetched = await openOrMake(services, wanted, flight);
    // All requests for it have ended.
    if (flight.signal.aborted) discard(fetched.picture);
    return fetched;
  });
  const { how, timings } = result;
  const outcome = joined && how !== 'bucket' ? 'collapsed' : how;
  return { picture: await ownCopy(pictures, wanted, result.picture), outcome, timings };
}

async function openOrMake(services: PictureServices, wanted: WantedPicture, flight: Flight): Promise<Fetched> {
  const { categories, pictures, findImage, miss, limitMisses } = services;
  // Without the signal: an abort would close the connection to the storage, and a new one takes longer than the answer.
  const picture = await openStored(pictures, wanted);
  if (picture) return { picture, how: 'bucket', timings: {} };
  flight.signal.throwIfAborted();
  const finding = await findImage(wanted.imageId, flight.signal);
  // The routes of private keys have verified the signature, and the image's tenant.
  const image = requireImage(finding, (one) => isPrivateKey(wanted.key) || isPublic(categories, one));
  if (!mayBeMade(categories, image)) throw pictureNotFound();
  return limitMisses(image.tenant, async () => makeMissing(miss, await wanted.orderFor(image, flight.signal), flight));
}

function openStored(pictures: StoredPictures, { key, reads }: WantedPicture): Promise<StoredPicture | undefined> {
  if (reads === 'facts') return pictures.openFacts(key);
  return reads === 'part' ? pictures.openForPart(key) : pictures.open(key);
}

/** The body of an open object can be read once: the first request takes it. */
async function ownCopy(
  pictures: StoredPictures,
  wanted: WantedPicture,
  picture: StoredPicture,
): Promise<StoredPicture> {
  if (picture.kind === 'held' || picture.take()) return picture;
  const own = await openStored(pictures, wanted);
  if (!own) throw pictureNotFound();
  return own;
}
