import { createHmac } from 'node:crypto';
import {
  type AskedSize,
  type CategorySpec,
  type ImageId,
  isPrivateKey,
  type PlannedRendition,
  plannedRenditions,
  privateText,
  publicUrl,
  type SigningKey,
  signedSizeUrl,
  type Tenant,
} from '@imagemill/variants';

interface RenditionUrl {
  readonly url: string;
  /** When it ends; undefined if it never does. */
  readonly expiresAt?: string;
}

/** The URLs of renditions, as their tenant gets them: those of private renditions are signed, and expire. */
export interface RenditionUrls {
  /** @param key in the CDN bucket @returns undefined for a private one whose tenant has no signing key */
  of(tenant: Tenant, key: string): RenditionUrl | undefined;
  /** The future URLs of an image's renditions. */
  planned(image: ImageOfTenant, spec: CategorySpec): PlannedUrl[];
  /** The signed URL of any size. @throws RangeError if the size is not valid @returns undefined if the tenant has no signing key */
  ofSize(image: ImageOfTenant, size: Partial<AskedSize>): Promise<Required<RenditionUrl> | undefined>;
  /** Whether the tenant's private images can have URLs. */
  canSign(tenant: Tenant): boolean;
}

interface ImageOfTenant {
  readonly tenant: Tenant;
  readonly imageId: ImageId;
}

type PlannedUrl = Omit<PlannedRendition, 'key'> & RenditionUrl;

interface UrlOptions {
  readonly cdnBaseUrl: string;
  /** Of private renditions. */
  readonly edgeBaseUrl: string;
  /** The first one of a tenant signs its URLs. */
  readonly keys: readonly SigningKey[];
  readonly ttlSeconds: number;
}

/**
 * Expiries are multiples of this part of the lifetime. A URL then stays the same for a while: a status that has not changed has the same
 * ETag, and a browser finds the picture in its cache.
 */
const STEPS_PER_LIFETIME = 4;

export function createRenditionUrls({ cdnBaseUrl, edgeBaseUrl, keys, ttlSeconds }: UrlOptions): RenditionUrls {
  // The first key of a tenant is set last.
  const keyOf = new Map(keys.toReversed().map((key) => [key.tenant, key]));
  const stepSeconds = Math.floor(ttlSeconds / STEPS_PER_LIFETIME);

  const nextExpiry = () => Math.floor(Date.now() / 1000 / stepSeconds) * stepSeconds + ttlSeconds;

  function signed(tenant: Tenant, objectKey: string): RenditionUrl | undefined {
    const key = keyOf.get(tenant);
    if (!key) return undefined;
    const exp = nextExpiry();
    const text = privateText(objectKey, { exp, kid: key.kid });
    // Not WebCrypto, which is asynchronous: live events are made without a pause.
    const s = createHmac('sha256', key.secret).update(text).digest('base64url');
    return { url: `${publicUrl(edgeBaseUrl, text.slice(1))}&s=${s}`, expiresAt: new Date(exp * 1000).toISOString() };
  }

  const of: RenditionUrls['of'] = (tenant, key) =>
    isPrivateKey(key) ? signed(tenant, key) : { url: publicUrl(cdnBaseUrl, key) };

  return {
    of,
    planned: ({ tenant, imageId }, spec) =>
      plannedRenditions(imageId, spec).flatMap(({ key, ...rendition }) => {
        const at = of(tenant, key);
        return at ? [{ ...rendition, ...at }] : [];
      }),
    async ofSize({ tenant, imageId }, size) {
      const key = keyOf.get(tenant);
      if (!key) return undefined;
      const expiresAt = new Date(nextExpiry() * 1000);
      const url = await signedSizeUrl({ baseUrl: edgeBaseUrl, imageId, size, key, expiresAt });
      return { url, expiresAt: expiresAt.toISOString() };
    },
    canSign: (tenant) => keyOf.has(tenant),
  };
}
