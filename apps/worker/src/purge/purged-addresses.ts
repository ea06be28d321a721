import type { Purge } from '@imagemill/queue';
import { type Categories, cachedPaths, ownSpec, plannedRenditions } from '@imagemill/variants';

interface PurgedAddresses {
  /** Paths at the CDN that begin with `/` and end with `*`: together, all under which it may have stored the image. */
  readonly paths: readonly string[];
  /** Renditions of the current variant set, for a CDN that knows neither tags nor patterns. Other revisions are not among them. */
  readonly urls: readonly string[];
}

/** The addresses that a purge concerns. */
export type AddressesOf = (purge: Purge) => PurgedAddresses;

export function createAddressesOf(categories: Categories, cdnBaseUrl: string): AddressesOf {
  const folder = new URL(cdnBaseUrl).pathname.replace(/\/+$/, '');
  return ({ imageId, category, focus, reason }) => {
    const { immutable, changing } = cachedPaths(imageId);
    const keys = reason === 'rendered-again' ? changing : [...immutable, ...changing];
    const spec = reason === 'rendered-again' ? undefined : categories.get(category);
    return {
      paths: keys.map((key) => `${folder}/${key}`),
      urls: spec ? plannedRenditions({ imageId, ...ownSpec(spec, { focus }), cdnBaseUrl }).map(({ url }) => url) : [],
    };
  };
}
