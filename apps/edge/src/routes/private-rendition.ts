import { Problem } from '@imagemill/http';
import type { Context } from 'hono';
import { foundImage } from '../find/found-image.ts';
import type { EdgeRoute, EdgeServices } from '../http/edge-route.ts';
import { pictureNotFound } from '../http/picture-problems.ts';
import { parseRenditionPath } from '../http/rendition-path.ts';
import { privateHeaders } from '../private/private-headers.ts';
import { isPossible, plannedPicture } from '../render/planned-order.ts';
import { deliver } from '../serve/deliver.ts';

/** GET and HEAD of a private rendition with a signed URL: from the bucket, or rendered and published there now. */
export const privateRendition: EdgeRoute = (app, services) => {
  app.get('/private/:shard/:id/:revision/:file', (c) => serve(c, services).catch(withoutCaching));
};

async function serve(c: Context, services: EdgeServices): Promise<Response> {
  const address = parseRenditionPath(c.req.path, c.req.param(), 'signed');
  if (!address) throw pictureNotFound();
  const { tenant, exp } = await services.verifyPrivate(address, new URL(c.req.url).search);
  if (!isPossible(services.categories, address)) throw pictureNotFound();
  // Also for a stored rendition: to the key of another tenant, the image does not exist.
  await foundImage(c, services, address.imageId, (image) => image.tenant === tenant);
  return deliver(c, services, plannedPicture(services.categories, address), { headers: privateHeaders(exp) });
}

/** An error depends on the signature too. */
function withoutCaching(error: unknown): never {
  if (!(error instanceof Problem)) throw error;
  throw new Problem({ ...error.options, headers: { ...error.options.headers, 'cache-control': 'no-store' } });
}
