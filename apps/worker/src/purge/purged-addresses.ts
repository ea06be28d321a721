import type { Purge } from '@imagemill/queue';
import { type Categories, cachedPaths, ownSpec, plannedRenditions, publicUrl } from '@imagemill/variants';

interface PurgedAddresses {
  /** Paths at the CDN that begin with `/` and end with `*`: together, all under which it may have stored the image. */
  readonly paths: readonly string[];
  /**
   * Public renditions of the current variant set, for a CDN that knows neither tags nor patterns. Other revisions are not among them, nor
   * private renditions, whose URLs have a signature.
   */
  readonly urls: readonly string[];
}

/** The addresses that a purge concerns. */
export type AddressesOf = (purge: Purge) => PurgedAddresses;

/** @param edgeBaseUrl of private renditions */
export function createAddressesOf(categories: Categories, cdnBaseUrl: string, edgeBaseUrl = cdnBaseUrl): AddressesOf {
  return (purge) => {
    const { imageId, category, reason } = purge;
    const common = categories.get(category);
    const spec = common && ownSpec(common, purge);
    const { immutable, changing, signed } = cachedPaths(imageId);
    // Nothing of a public category is private, apart from copies of five minutes. One that no longer exists may have been either.
    const isPublic = spec?.visibility === 'public' || reason === 'made-private';
    const everything = [
      ...pathsAt(cdnBaseUrl, [...immutable, ...changing]),
      ...(isPublic ? [] : pathsAt(edgeBaseUrl, signed)),
    ];
    const planned =
      spec && reason !== 'rendered-again'
        ? plannedRenditions(imageId, { ...spec, visibility: 'public', revision: spec.publicRevision })
        : [];
    return {
      paths: reason === 'rendered-again' ? pathsAt(cdnBaseUrl, changing) : everything,
      urls: planned.map(({ key }) => publicUrl(cdnBaseUrl, key)),
    };
  };
}

/** As the CDN sees them: with the path that the base URL has. */
function pathsAt(baseUrl: string, keys: readonly string[]): string[] {
  const folder = new URL(baseUrl).pathname.replace(/\/+$/, '');
  return keys.map((key) => `${folder}/${key}`);
}
