import type { RenderImage } from '@imagemill/records';
import { type OriginalAddress, parseOriginalKey, timeOfId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { nextLookDelayMs } from './look-schedule.ts';
import { defineLookScripts } from './look-scripts.ts';

/** A look for an upload that has not been reported. */
export interface UploadLook {
  readonly address: OriginalAddress;
  readonly originalKey: string;
  /** ms since 1970. */
  readonly uploadExpiresAt: number;
  readonly inParts: boolean;
}

/**
 * The looks for uploads that have not been reported, by tenant and time. They are not jobs and use no render slot: the job of
 * an awaited upload is parked in the queue's delayed set until a look finds its upload.
 *
 *     ticket, or a run without an original ─► add (before the job is parked) ─► due ─► take (leased) ─► settle
 *     upload reported, or image finished   ─► remove
 *
 * A process that dies loses no look: a leased one becomes due again, and a look without a job ends when it is next taken.
 */
export interface UploadLooks {
  /** Awaits the uploads of these images. */
  add(images: readonly RenderImage[], delayMs: number): Promise<void>;
  remove(image: RenderImage): Promise<void>;
  /**
   * Leases the due looks of the tenant whose turn it is: tenants take turns, whatever the number of their looks.
   *
   * @param limit the maximum number of looks
   */
  take(limit: number): Promise<LeasedLooks>;
  /** Ends or reschedules leased looks. Leaves those alone that were removed or added again in the meantime. */
  settle(leased: LeasedLooks, results: readonly LookResult[]): Promise<void>;
}

/** Looks of one tenant, or none. */
interface LeasedLooks {
  readonly looks: readonly UploadLook[];
  /** ms since 1970. */
  readonly leasedUntil: number;
}

export interface LookResult {
  readonly look: UploadLook;
  /** ms since 1970; undefined if no more look is needed. */
  readonly nextAt: number | undefined;
}

/** A process that looks needs far less. */
const LEASE_MS = 30_000;

export function createUploadLooks(redis: Redis, prefix: string): UploadLooks {
  const scripts = defineLookScripts(redis, prefix);
  const tenantOf = (image: RenderImage) => image.tenant;

  return {
    async add(images, delayMs) {
      const now = Date.now();
      const byTenant = Map.groupBy(images, tenantOf);
      const added = [...byTenant].map(([tenant, own]) =>
        scripts.set(tenant, now, { looks: own.map((image) => [memberOf(image), now + delayMs]) }),
      );
      await Promise.all(added);
    },

    async remove(image) {
      await scripts.set(image.tenant, Date.now(), { looks: [[memberOf(image), undefined]] });
    },

    async take(limit) {
      const now = Date.now();
      const leasedUntil = now + LEASE_MS;
      const members = await scripts.take(now, limit, leasedUntil);
      return { looks: members.flatMap((member) => parseMember(member) ?? []), leasedUntil };
    },

    async settle({ leasedUntil }, results) {
      const [first] = results;
      if (!first) return;
      const looks = results.map(({ look, nextAt }) => [formatMember(look), nextAt] as const);
      await scripts.set(first.look.address.tenant, Date.now(), { leasedUntil, looks });
    },
  };
}

/** When to look again for an upload that is not there. */
export function nextLookAt({ address, inParts }: UploadLook, now: number): number {
  return now + nextLookDelayMs(now - timeOfId(address.imageId).getTime(), { inParts });
}

/** The delay of an image's next look, in ms. */
export const lookDelayMs = ({ imageId, multipart }: RenderImage, now: number) =>
  nextLookDelayMs(now - timeOfId(imageId).getTime(), { inParts: multipart !== undefined });

/** An original's key has no spaces. */
const formatMember = ({ originalKey, uploadExpiresAt, inParts }: Omit<UploadLook, 'address'>) =>
  `${originalKey} ${uploadExpiresAt}${inParts ? ' parts' : ''}`;

const memberOf = ({ originalKey, uploadExpiresAt, multipart }: RenderImage) =>
  formatMember({ originalKey, uploadExpiresAt: Date.parse(uploadExpiresAt), inParts: multipart !== undefined });

function parseMember(member: string): UploadLook | undefined {
  const [originalKey = '', expiresAt = '', parts] = member.split(' ');
  const address = parseOriginalKey(originalKey);
  return address && { address, originalKey, uploadExpiresAt: Number(expiresAt), inParts: parts === 'parts' };
}
