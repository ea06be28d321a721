import { Problem } from '@imagemill/http';
import type { RenditionUrls } from '@imagemill/images';
import type { CategorySpec, Tenant } from '@imagemill/variants';

/**
 * No image is created whose tenant could get no URL of it.
 *
 * @throws Problem 403 `no-signing-key`
 */
export function requireSigningKey(
  urls: RenditionUrls,
  tenant: Tenant,
  categories: readonly Pick<CategorySpec, 'visibility'>[],
): void {
  if (urls.canSign(tenant) || categories.every(({ visibility }) => visibility === 'public')) return;
  throw new Problem({
    status: 403,
    code: 'no-signing-key',
    detail:
      'Images of this category are private, and your tenant has no key that signs their URLs. Ask the operator for one.',
  });
}
