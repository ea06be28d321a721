import {
  deepAvif,
  ENGINE_VERSION,
  effortBySize,
  encoderSettings,
  gainMapSettings,
  graphicSettings,
  roundPng,
  tinySource,
} from './encoder-settings.ts';
import { faceFrame, faceModel } from './models.ts';
import type { VariantSet } from './variant.ts';
import type { Visibility } from './visibility.ts';

/** Everything that affects the bytes of a set's renditions: not the order of its entries and of their fields, nor `when`. */
export function bytesDependOn(set: VariantSet) {
  const isOnFaces = set.some(({ position }) => position === 'face');
  return {
    engine: ENGINE_VERSION,
    encoders: encoderSettings,
    deepAvif,
    effortBySize,
    graphicSettings,
    roundPng,
    tinySource,
    ...(set.some(({ hdr }) => hdr === 'gain-map') && { gainMapSettings }),
    ...(isOnFaces && { models: [faceModel], faceFrame }),
    entries: set.map(({ when: _, ...entry }) => canonical(entry)).sort(),
  };
}

/**
 * The revision of a variant set: the first 12 hex digits (48 bits) of the SHA-256 of everything that affects a
 * rendition's bytes. A private category has other revisions than a public one with the same set.
 */
export async function revisionOf(set: VariantSet, visibility: Visibility = 'public'): Promise<string> {
  const made = bytesDependOn(set);
  const text = canonical(visibility === 'public' ? made : { ...made, visibility });
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest).subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** JSON with the keys of every object sorted. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
