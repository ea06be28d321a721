import { fileExtensions, ImageId, type RenditionAddress, renditionKey, VariantName } from '@imagemill/variants';
import type { Context } from 'hono';
import type { EdgeRoute, EdgeServices } from '../http/edge-route.ts';
import { formatOfExtension, isRevision } from '../http/path-parts.ts';
import { pictureNotFound } from '../http/picture-problems.ts';
import { hasEntry, plannedPicture } from '../render/planned-order.ts';
import { deliver } from '../serve/deliver.ts';
import { imageHeaders, immutableHeaders } from '../serve/delivery-headers.ts';
import { MovedError, movedResponse } from './moved-error.ts';

/** GET and HEAD of an immutable rendition URL: from the bucket, or rendered and published now. */
export const rendition: EdgeRoute = (app, services) => {
  app.get('/images/:shard/:id/:revision/:file', async (c) => {
    const address = parseAddress(c.req.path, c.req.param());
    if (!address || !isPossible(services, address)) throw pictureNotFound();
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

/** Undefined unless the path is exactly the key of a rendition: one picture has one URL. */
function parseAddress(path: string, params: Readonly<Record<string, string>>): RenditionAddress | undefined {
  const { id, revision = '', file = '' } = params;
  const imageId = ImageId.safeParse(id).data;
  const [name, extension] = file.split('.');
  const variant = VariantName.safeParse(name).data;
  const format = formatOfExtension(extension);
  if (!imageId || !variant || !format || !isRevision(revision)) return undefined;
  const address = { imageId, revision, variant, format };
  return path === `/${renditionKey(address)}` ? address : undefined;
}

/** A current revision names its set: whether the set has the entry needs no call. Sets of earlier revisions are unknown. */
function isPossible({ categories }: EdgeServices, address: RenditionAddress): boolean {
  const current = [...categories.values()].find(({ revision }) => revision === address.revision);
  return !current || hasEntry(current.set, address);
}
