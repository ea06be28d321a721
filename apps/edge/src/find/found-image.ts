import type { ImageId } from '@imagemill/variants';
import type { Context } from 'hono';
import { clientGone } from '../http/client-gone.ts';
import type { EdgeServices } from '../http/edge-route.ts';
import type { FoundImage } from '../render/render-order.ts';
import { requireImage } from './require-image.ts';

/**
 * The image of a request, for URLs that name no revision. The look-up ends with its last client, or at the time limit of a request.
 *
 * @throws Problem 404, 410 or 503; as `FindImage` does
 */
export const foundImage = async (c: Context, { findImage }: EdgeServices, imageId: ImageId): Promise<FoundImage> =>
  requireImage(await findImage(imageId, clientGone(c)));
