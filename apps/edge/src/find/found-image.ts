import type { ImageId } from '@imagemill/variants';
import type { Context } from 'hono';
import { clientGone } from '../http/client-gone.ts';
import type { EdgeServices } from '../http/edge-route.ts';
import type { FoundImage } from '../render/render-order.ts';
import { isPublic, type Owned } from './is-public.ts';
import { requireImage } from './require-image.ts';

/**
 * The image of a request. The look-up ends with its last client, or at the time limit of a request.
 *
 * @param maySee as of `requireImage`; by default, public images are visible to all clients, and private ones to none
 * @throws Problem 404, 410 or 503; as `FindImage` does
 */
export const foundImage = async (
  c: Context,
  { findImage, categories }: EdgeServices,
  imageId: ImageId,
  maySee = (image: Owned) => isPublic(categories, image),
): Promise<FoundImage> => requireImage(await findImage(imageId, clientGone(c)), maySee);
