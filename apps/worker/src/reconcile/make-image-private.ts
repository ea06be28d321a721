import { type Manifest, ManifestConflictError, makePrivate } from '@imagemill/manifests';
import type { ImageId } from '@imagemill/variants';
import { withdrawPublic } from '../render/withdraw-public.ts';
import type { ReconcileServices } from './sweep.ts';

/** Whether the category of an image is private today. */
export const isPrivate = ({ categories }: ReconcileServices, { category }: Pick<Manifest, 'category'>) =>
  categories.get(category)?.visibility === 'signed';

/** Moves the renditions of an image whose category has become private. Idempotent. @throws StorageError, QueueUnavailableError */
export async function makeImagePrivate(
  services: ReconcileServices,
  imageId: ImageId,
  signal: AbortSignal,
): Promise<void> {
  const stored = await services.manifests.read(imageId, { signal });
  if (!stored) return;
  try {
    await makePrivate(services, stored, signal);
  } catch (error) {
    // It was rendered or deleted in the meantime. The next round looks again.
    if (error instanceof ManifestConflictError) return;
    throw error;
  }
  await withdrawPublic(services, stored.manifest, signal);
}
