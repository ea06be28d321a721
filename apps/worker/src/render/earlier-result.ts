import { type LiveManifest, sellersText, visibilityOf } from '@imagemill/manifests';
import type { RenderHandler } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import type { ObjectFacts } from '@imagemill/storage';
import { type CategorySpec, ownSettings } from '@imagemill/variants';

export type RenderOutcome = Awaited<ReturnType<RenderHandler>>;

export interface EarlierResult {
  readonly outcome: RenderOutcome;
  /** The original was replaced afterwards, on storage that cannot prevent it. Published renditions never change. */
  readonly replaced: boolean;
}

type Today = Pick<CategorySpec, 'revision' | 'visibility' | 'isModerated'> & {
  /** Whether the moderation service is not asked at the moment. */
  readonly isDown: boolean;
};

/** The result of an earlier run; undefined if there is work left, for example after a change of the variant set. */
export function earlierResult(
  manifest: LiveManifest | undefined,
  facts: ObjectFacts | undefined,
  today: Today,
): EarlierResult | undefined {
  if (!manifest || manifest.status === 'failed' || manifest.status === 'released') return undefined;
  const replaced = facts !== undefined && facts.etag !== manifest.originalEtag;
  if (manifest.status === 'rejected') return { outcome: { outcome: 'rejected', error: manifest.error }, replaced };
  const isDone = manifest.status === 'held' ? staysHeld(manifest, { replaced, ...today }) : isCurrent(manifest, today);
  // Renditions are public already: other bytes do not replace them. A held image has none.
  const canRunAgain = facts !== undefined && !isDone && (manifest.status === 'held' || !replaced);
  return canRunAgain ? undefined : { outcome: { outcome: manifest.status }, replaced };
}

type Held = Extract<LiveManifest, { status: 'held' }>;
type Ready = Extract<LiveManifest, { status: 'ready' }>;

/** A service that was down is asked again once it answers. Other bytes need a verdict of their own. */
const staysHeld = ({ moderation }: Held, { replaced, isDown }: Pick<EarlierResult, 'replaced'> & Today) =>
  !replaced && (moderation.by !== 'service-down' || isDown);

function isCurrent(manifest: Ready, { revision, visibility, isModerated }: Today): boolean {
  // Renditions that were moved when their category became private keep their revision: they differ if it is public again.
  const isSame = manifest.revision === revision && (visibilityOf(manifest) ?? visibility) === visibility;
  return isSame && (!isModerated || manifest.moderation !== undefined);
}

/**
 * A job that was recreated from a key alone lacks the filename and metadata of the seller. An earlier manifest has them, and also the
 * options of this image alone. Before the first manifest, the original's metadata has these options; all facts of the ticket, if it was issued
 * for the Lambda renderer.
 */
export function withSellersText(
  image: RenderImage,
  earlier: LiveManifest | undefined,
  uploaded: ObjectFacts | undefined,
): RenderImage {
  const isKnown = image.filename !== undefined || Object.keys(image.metadata).length > 0;
  if (!earlier) {
    const { focus, enhance, metadata = {}, checksumSha256 } = sellersText(uploaded);
    return {
      ...image,
      focus: image.focus ?? focus,
      enhance: image.enhance ?? enhance,
      metadata: isKnown ? image.metadata : metadata,
      checksumSha256: image.checksumSha256 ?? checksumSha256,
    };
  }
  const { filename, metadata } = earlier;
  const own = { ...image, ...ownSettings(earlier) };
  return isKnown ? own : { ...own, filename: filename || undefined, metadata };
}
