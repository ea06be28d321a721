import { ImageId, type Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { execute, translateRedisErrors } from '../connection/redis-errors.ts';
import { defineFingerprintScripts } from './fingerprint-scripts.ts';

/** What two images are compared by. */
interface Fingerprint {
  readonly imageId: ImageId;
  /** SHA-256 of the original in hex digits; missing for an image that no other is compared with, such as a rejected one. */
  readonly sha256?: string | undefined;
  /** A perceptual hash of 64 bits in hex digits; missing for a plain picture. */
  readonly hash?: string | undefined;
}

/** Older images of the same tenant. */
interface SimilarImages {
  /** With the same bytes. */
  readonly same?: ImageId;
  /** With the most similar picture, and by how many bits its hash differs. */
  readonly near?: { readonly imageId: ImageId; readonly bits: number };
}

/** The fingerprints of each tenant's newest images. Every method throws QueueUnavailableError. */
export interface Fingerprints {
  /** Adds an image, or replaces its fingerprint. @returns older images like it, at most `NEAR_BITS_MAX` bits away */
  add(tenant: Tenant, fingerprint: Fingerprint): Promise<SimilarImages>;
  remove(tenant: Tenant, imageId: ImageId): Promise<void>;
  /** Images that are missing. Ignores images older than the oldest one of a full index. */
  missing<T extends { readonly imageId: ImageId }>(tenant: Tenant, images: readonly T[]): Promise<T[]>;
}

/** Chosen by `bench report`: docs/seller-report.md. At most 7: see `fingerprint-scripts.ts`. */
export const NEAR_BITS_MAX = 6;
/** Of a tenant; docs/seller-report.md has the memory that they take. */
const IMAGES_MAX = 10_000;
/** Of one byte of a hash: 39 is usual with 10,000 images. A flood of similar pictures makes no look-up longer. */
const BUCKET_MAX = 256;
/** After the last new image of a tenant. The reconciler adds them again if they are still there. */
const TTL_MS = 90 * 24 * 3600_000;

const ID_BYTES = 16;
const DIGEST_BYTES = 32;
const HASH_BYTES = 8;

export function createFingerprints(redis: Redis, prefix: string, imagesMax = IMAGES_MAX): Fingerprints {
  const scripts = defineFingerprintScripts(redis);
  const keysOf = (tenant: Tenant) =>
    [`${prefix}:fingerprints:${tenant}`, `${prefix}:fingerprints:${tenant}:bands`] as const;

  return {
    async add(tenant, fingerprint) {
      const member = memberOf(fingerprint);
      const options = { member, imagesMax, bucketMax: BUCKET_MAX, ttlMs: TTL_MS };
      const [sameDigest, ...sameBytes] = await translateRedisErrors(() => scripts.add(keysOf(tenant), options));
      return similarTo(fingerprint, sameDigest, sameBytes);
    },

    async remove(tenant, imageId) {
      await translateRedisErrors(() => scripts.remove(keysOf(tenant), idBytes(imageId)));
    },

    async missing(tenant, images) {
      const [list] = keysOf(tenant);
      const found = redis.pipeline();
      for (const { imageId } of images) {
        const id = idBytes(imageId);
        found.zlexcount(list, Buffer.concat([OPEN, id]), Buffer.concat([OPEN, id, AFTER_ID]));
      }
      const [counts, size, [oldest]] = await translateRedisErrors(() =>
        Promise.all([execute(found), redis.zcard(list), redis.zrangeBuffer(list, '0', '0')]),
      );
      const from = size < imagesMax || !oldest ? undefined : oldest.subarray(0, ID_BYTES);
      return images.filter(
        ({ imageId }, index) => counts[index] === 0 && (!from || idBytes(imageId).compare(from) > 0),
      );
    },
  };
}

/** An inclusive end of a range. */
const OPEN = Buffer.from('[');
const AFTER_ID = Buffer.alloc(DIGEST_BYTES + HASH_BYTES + 1, 0xff);

const idBytes = (imageId: ImageId) => Buffer.from(imageId.replaceAll('-', ''), 'hex');
const idOf = (bytes: Buffer) =>
  ImageId.parse(bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));

const memberOf = ({ imageId, sha256 = '', hash = '' }: Fingerprint) =>
  Buffer.concat([idBytes(imageId), Buffer.from(sha256, 'hex'), Buffer.from(sha256 && hash, 'hex')]);

/** An image is compared with older ones only: the first of two that are alike stays without a warning, also if it is rendered again. */
function similarTo(
  { imageId, sha256 = '', hash = '' }: Fingerprint,
  sameDigest: Buffer | undefined,
  sameBytes: readonly Buffer[],
): SimilarImages {
  const isOlder = (one: Entry) => one.id.compare(idBytes(imageId)) < 0;
  const digest = Buffer.from(sha256, 'hex');
  const same = entriesOf(sameDigest, DIGEST_BYTES).find((one) => isOlder(one) && one.value.equals(digest));
  if (same) return { same: idOf(same.id) };
  const picture = Buffer.from(hash, 'hex');
  const near = sameBytes
    .flatMap((bucket) => entriesOf(bucket, HASH_BYTES))
    .filter(isOlder)
    .map(({ id, value }) => ({ id, bits: differentBits(value, picture) }))
    .filter(({ bits }) => bits <= NEAR_BITS_MAX)
    .sort((a, b) => a.bits - b.bits || a.id.compare(b.id))[0];
  return near ? { near: { imageId: idOf(near.id), bits: near.bits } } : {};
}

interface Entry {
  readonly value: Buffer;
  readonly id: Buffer;
}

function entriesOf(bucket: Buffer | undefined, valueBytes: number): Entry[] {
  const entries: Entry[] = [];
  const bytes = valueBytes + ID_BYTES;
  for (let at = 0; bucket && at + bytes <= bucket.length; at += bytes) {
    entries.push({ value: bucket.subarray(at, at + valueBytes), id: bucket.subarray(at + valueBytes, at + bytes) });
  }
  return entries;
}

function differentBits(one: Buffer, other: Buffer): number {
  let count = 0;
  for (let bits = one.readBigUInt64BE() ^ other.readBigUInt64BE(); bits > 0n; bits &= bits - 1n) count += 1;
  return count;
}
