import { fileExtensions, isSurelyPublic, type RenditionAddress } from '@imagemill/variants';
import type { Context } from 'hono';
import { foundImage } from '../find/found-image.ts';
import type { EdgeRoute, EdgeServices } from '../http/edge-route.ts';
import { pictureNotFound } from '../http/picture-problems.ts';
import { parseRenditionPath } from '../http/rendition-path.ts';
import { isPossible, plannedPicture } from '../render/planned-order.ts';
import { deliver } from '../serve/deliver.ts';
import { imageHeaders, immutableHeaders } from '../serve/delivery-headers.ts';
import { MovedError, movedResponse } from './moved-error.ts';

/** GET and HEAD of an immutable rendition URL: from the bucket, or rendered and published now. */
export const rendition: EdgeRoute = (app, services) => {
  app.get('/images/:shard/:id/:revision/:file', async (c) => {
    const address = parseRenditionPath(c.req.path, c.req.param(), 'public');
    if (!address || !isPossible(services.categories, address)) throw pictureNotFound();
    // Renditions from the time before a category became private may still be stored.
    if (!isSurelyPublic(services.categories, address.revision)) await foundImage(c, services, address.imageId);
    return serve(c, services, address);
  });
};

async function serve(c: Context, services: EdgeServices, address: RenditionAddress): Promise<Response> {
  const { imageId, variant, format } = address;
  const wanted = plannedPicture(services.categories, address);
  try {
    return await deliver(c, services, wanted, { headers: immutableHeaders, download: c.req.query('download') });
  } catch (error) {
    if (!(error instanceof MovedError)) throw error;
    const location = `../${error.currentRevision}/${variant}.${fileExtensions[format]}`;
    return movedResponse(location, imageHeaders(imageId));
  }
}
