import { ImageId } from '@imagemill/variants';
import type { Context } from 'hono';
import { imageNotFound } from '../http/image-not-found.ts';

/**
 * The id in a request's path.
 *
 * @throws Problem 404 `image-not-found` for a malformed id
 */
export function imageIdParam(c: Context): ImageId {
  const id = ImageId.safeParse(c.req.param('id'));
  if (!id.success) throw imageNotFound();
  return id.data;
}
