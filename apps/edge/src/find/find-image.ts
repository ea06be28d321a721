import { type Manifest, type Manifests, sellersText, visibilityOf } from '@imagemill/manifests';
import type { RenderQueue } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import { type ImageId, ownSettings } from '@imagemill/variants';
import type { FoundImage } from '../render/render-order.ts';
import type { Owned } from './is-public.ts';

/** `missing`: there is no original yet, or no such image, or moderation keeps it back. `gone`: the image was rejected or deleted. */
export type Finding =
  | { readonly is: 'found'; readonly image: FoundImage }
  | { readonly is: 'missing' }
  | { readonly is: 'gone'; readonly image: Owned };

/**
 * Finds an image by its id alone: by its manifest, else by its job and its original.
 *
 * @throws StorageError, QueueUnavailableError
 * @throws UnreadableError if its record is damaged, or has a later version
 */
export type FindImage = (imageId: ImageId, signal: AbortSignal) => Promise<Finding>;

export interface ImageSources {
  readonly manifests: Pick<Manifests, 'read'>;
  readonly queue: Pick<RenderQueue, 'find' | 'has'>;
  readonly originals: Pick<ObjectStorage, 'head'>;
}

export function createFindImage({ manifests, queue, originals }: ImageSources): FindImage {
  /** One command for an id that does not exist, which anybody can make up. */
  const findJob = async (imageId: ImageId) => ((await queue.has(imageId)) ? queue.find(imageId) : undefined);

  async function findByJob(
    imageId: ImageId,
    job: Awaited<ReturnType<typeof queue.find>>,
    signal: AbortSignal,
  ): Promise<Finding> {
    if (!job) return missing;
    if (job.status === 'deleted' || job.status === 'rejected') return gone(job.image);
    const { tenant, category, originalKey, checksumSha256 } = job.image;
    // Independent of the job's state: most uploads are not reported at once.
    const facts = await originals.head(originalKey, { signal });
    if (!facts) return missing;
    // As a worker does: a job that was recreated from a key alone has no options of the seller.
    const { focus, enhance } = sellersText(facts);
    const known = ownSettings(job.image);
    const own = { ...known, focus: known.focus ?? focus, enhance: known.enhance ?? enhance };
    const original = { originalKey, originalEtag: facts.etag, originalBytes: facts.sizeBytes, checksumSha256 };
    return {
      is: 'found',
      image: { imageId, tenant, category, ...own, ...original, isAllowed: false, from: 'job' },
    };
  }

  return async (imageId, signal) => {
    // Both at once: the first picture of a new image waits for neither. A manifest decides, also while Redis is away.
    const job = findJob(imageId);
    job.catch(() => {});
    const stored = await manifests.read(imageId, { signal });
    return stored ? findingOf(stored.manifest) : findByJob(imageId, await job, signal);
  };
}

const missing: Finding = { is: 'missing' };
const gone = ({ tenant, category }: Owned): Finding => ({ is: 'gone', image: { tenant, category } });

function findingOf(manifest: Manifest): Finding {
  if (manifest.status === 'deleted' || manifest.status === 'rejected') return gone(manifest);
  // An operator has given the image up, or has to release it, or has released it: then a worker renders it first.
  if (manifest.status !== 'ready') return missing;
  const isAllowed = manifest.moderation?.verdict === 'allow';
  const { imageId, tenant, category, source, originalKey, originalEtag, revision, renditions } = manifest;
  const published = {
    revision,
    chosenFocus: manifest.chosenFocus,
    visibility: visibilityOf(manifest) ?? ('signed' as const),
    entries: renditions.map(({ variant: name, format }) => ({ name, format })),
  };
  const original = { source, originalKey, originalEtag, originalBytes: source.bytes };
  const found = { imageId, tenant, category, ...ownSettings(manifest), ...original, isAllowed, published };
  return { is: 'found', image: { ...found, from: 'manifest' } };
}
