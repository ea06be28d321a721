import { ImageId } from '@imagemill/variants';
import { pictureNotFound } from './picture-problems.ts';

/** The image that a path names by `id`. @throws Problem 404 unless the id has its only spelling: one picture has one URL */
export function imageOfPath(id: string): ImageId {
  const imageId = ImageId.safeParse(id).data;
  if (!imageId || imageId !== id) throw pictureNotFound();
  return imageId;
}
