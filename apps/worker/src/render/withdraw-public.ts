import { deleteRenditions } from '@imagemill/manifests';
import type { PurgeQueue } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import { type ImageAddress, renditionFolder } from '@imagemill/variants';

interface WithdrawServices {
  readonly cdn: ObjectStorage;
  readonly purges?: Pick<PurgeQueue, 'add'> | undefined;
}

/**
 * Deletes the public renditions of a private image, from the time before its category became private, and purges them at the CDN.
 * Idempotent. The purge is queued first: nothing else would repeat it after the files are deleted. A CDN that fetches one of them again in
 * between is purged once more a minute later.
 *
 * @throws StorageError, QueueUnavailableError
 */
export async function withdrawPublic(
  { cdn, purges }: WithdrawServices,
  image: ImageAddress,
  signal: AbortSignal,
): Promise<void> {
  const { imageId } = image;
  const { objects } = await cdn.list({
    prefix: renditionFolder({ imageId, visibility: 'public' }),
    limit: 1,
    signal,
  });
  if (objects.length === 0) return;
  await purges?.add(image, 'made-private');
  await deleteRenditions(cdn, { imageId, visibility: 'public' }, signal);
}
