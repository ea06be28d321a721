import type { VersioningState } from './store/objects.ts';
import type { Store } from './store/store.ts';
import { childText, parseXml } from './xml.ts';

export function versioningOf(store: Store, bucket: string): VersioningState {
  const document = store.buckets.setting(bucket, 'versioning');
  if (document === undefined) return 'never';
  const status = childText(parseXml(document, 'VersioningConfiguration'), 'Status');
  return status === 'Enabled' || status === 'Suspended' ? status : 'never';
}

/** Buckets that were never versioned speak of no versions. */
export function versionHeaders(versionId: string): Record<string, string> {
  return versionId === 'null' ? {} : { 'x-amz-version-id': versionId };
}
