import { DIGEST_METADATA } from '@imagemill/manifests';
import type { ObjectFacts, ObjectReader, ObjectStorage } from '@imagemill/storage';
import { LRUCache } from 'lru-cache';

interface PictureFacts {
  readonly etag: string;
  readonly sizeBytes: number;
  readonly contentType: string;
  /** Base64 of the SHA-256 of the bytes; undefined for renditions that were stored without it. */
  readonly sha256: string | undefined;
}

/** The bytes of a published rendition. */
interface HeldPicture extends PictureFacts {
  readonly kind: 'held';
  readonly bytes: Uint8Array;
}

/** A published rendition that is not in memory. */
interface StreamedPicture extends PictureFacts {
  readonly kind: 'streamed';
  readonly key: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** Whether the caller may read the body. That of an open object can be read once, and belongs to the first caller. */
  take(): boolean;
  /** Closes the connection without reading the body. */
  discard(): void;
}

export type StoredPicture = HeldPicture | StreamedPicture;

type Clock = Pick<Performance, 'now'>;

/** Published renditions: small ones that are requested often are held in memory for seconds. */
export interface StoredPictures {
  /** Also reads a picture again that would be forgotten soon: requests for one that is requested often never wait for the bucket. */
  inMemory(key: string): HeldPicture | undefined;
  /** @throws StorageError */
  open(key: string): Promise<StoredPicture | undefined>;
  /** As `open`, but reads only the facts: the object is opened each time that the body is read. @throws StorageError */
  openFacts(key: string): Promise<StoredPicture | undefined>;
  /** As `openFacts` for a large picture, and as `open` for a small one. @throws StorageError */
  openForPart(key: string): Promise<StoredPicture | undefined>;
  /** Undefined if the picture was deleted in the meantime. @throws StorageError if it was replaced, too */
  openRange(
    picture: StreamedPicture,
    range: { start: number; end: number },
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  hold(key: string, picture: HeldPicture): void;
  forget(key: string): void;
  /** Bytes in memory. */
  size(): number;
}

/** Larger renditions are streamed from the bucket. */
const HELD_BYTES_MAX = 256 * 1024;
/** A deleted picture is served for at most this time longer. */
const HELD_MS = 5_000;
/** When a picture that is requested is read again: this time before it is forgotten. */
const READ_AGAIN_MS = 1_000;
const OVERHEAD_BYTES = 1024;

/**
 * @param bytesMax memory for all held pictures; 0 holds none
 * @param clock in milliseconds
 */
export function createStoredPictures(cdn: ObjectStorage, bytesMax: number, clock: Clock = performance): StoredPictures {
  const held = new LRUCache<string, HeldPicture>({
    maxSize: Math.max(1, bytesMax),
    maxEntrySize: Math.max(1, Math.min(bytesMax, HELD_BYTES_MAX + OVERHEAD_BYTES)),
    sizeCalculation: ({ bytes }) => bytes.byteLength + OVERHEAD_BYTES,
    ttl: HELD_MS,
    perf: clock,
  });
  const beingRead = new Set<string>();
  const hold = (key: string, picture: HeldPicture) => void held.set(key, picture);

  async function open(key: string): Promise<StoredPicture | undefined> {
    const ending = new AbortController();
    const object = await cdn.open(key, { signal: ending.signal });
    if (!object) return undefined;
    const facts = factsOf(object.facts);
    if (facts.sizeBytes > HELD_BYTES_MAX) {
      return {
        ...facts,
        kind: 'streamed',
        key,
        body: object.body,
        take: onlyOnce(),
        discard: () => ending.abort(new Error('The picture is not read.')),
      };
    }
    const bytes = Buffer.concat(await Array.fromAsync(object.body));
    const picture = { ...facts, kind: 'held', bytes } as const;
    hold(key, picture);
    return picture;
  }

  async function openForPart(key: string): Promise<StoredPicture | undefined> {
    const picture = await openFacts(cdn, key);
    return picture && picture.sizeBytes <= HELD_BYTES_MAX ? open(key) : picture;
  }

  async function readAgain(key: string): Promise<void> {
    beingRead.add(key);
    try {
      const picture = await open(key);
      if (picture) discard(picture);
      else held.delete(key);
    } catch {
      // The next request after it is forgotten gets the error.
    } finally {
      beingRead.delete(key);
    }
  }

  return {
    inMemory(key) {
      const picture = held.get(key);
      if (picture && !beingRead.has(key) && held.getRemainingTTL(key) < READ_AGAIN_MS) void readAgain(key);
      return picture;
    },
    hold,
    forget: (key) => void held.delete(key),
    size: () => held.calculatedSize,
    open,
    openFacts: (key) => openFacts(cdn, key),
    openForPart,

    async openRange({ key, etag, discard }, range) {
      discard();
      return (await cdn.open(key, { ifMatch: etag, range }))?.body;
    },
  };
}

function factsOf({ etag, sizeBytes, contentType, metadata }: ObjectFacts): PictureFacts {
  const sha256 = metadata[DIGEST_METADATA];
  return { etag, sizeBytes, contentType: contentType ?? 'application/octet-stream', sha256 };
}

async function openFacts(cdn: ObjectStorage, key: string): Promise<StreamedPicture | undefined> {
  const found = await cdn.head(key);
  if (!found) return undefined;
  const body = { [Symbol.asyncIterator]: () => readNow(() => cdn.open(key, { ifMatch: found.etag })) };
  return { ...factsOf(found), kind: 'streamed', key, body, take: () => true, discard() {} };
}

async function* readNow(open: () => Promise<ObjectReader | undefined>) {
  const object = await open();
  if (!object) throw new Error('The picture was deleted before it was read.');
  yield* object.body;
}

/** A function that returns true the first time. */
function onlyOnce(): () => boolean {
  let calls = 0;
  return () => {
    calls += 1;
    return calls === 1;
  };
}

/** Closes the connection of a picture that is not read. */
export function discard(picture: StoredPicture): void {
  if (picture.kind === 'streamed') picture.discard();
}
