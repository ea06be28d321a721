import { ImageId, originalKey, Tenant } from '@imagemill/variants';
import { createRenditionUrls } from '../rendition-urls.ts';

export const imageId = ImageId.parse('0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');
const address = { imageId, tenant: Tenant.parse('acme'), category: 'avatar', contentType: 'image/jpeg' } as const;
const now = new Date().toISOString();
export const image = {
  ...address,
  originalKey: originalKey(address),
  metadata: {},
  createdAt: now,
  uploadExpiresAt: now,
};
/** Of its manifest. */
export const subject = { image, facts: undefined, attempts: 1 };

/** Without a key that signs private ones. */
export const urlsAt = (base: string) =>
  createRenditionUrls({ cdnBaseUrl: base, edgeBaseUrl: base, keys: [], ttlSeconds: 3600 });
