import { type Format, fileExtensions, ImageId, renditionKey, VariantName, type VariantSet } from '@imagemill/variants';
import type { Context } from 'hono';
import type { EdgeRoute, EdgeServices } from '../http/edge-route.ts';
import { pictureNotFound } from '../http/picture-problems.ts';
import type { FoundImage, RenderOrder } from '../render/render-order.ts';
import { deliver } from '../serve/deliver.ts';
import { imageHeaders, immutableHeaders } from '../serve/delivery-headers.ts';
import type { WantedPicture } from '../serve/get-picture.ts';
import { MovedError } from './moved-error.ts';

interface Address {
  readonly imageId: ImageId;
  readonly revision: string;
  readonly name: string;
  readonly format: Format;
}

/** GET and HEAD of an immutable rendition URL: from the bucket, or rendered and published now. */
export const rendition: EdgeRoute = (app, services) => {
  app.get('/images/:shard/:id/:revision/:file', async (c) => {
    const address = parseAddress(c.req.path, c.req.param());
    if (!address || !isPossible(services, address)) throw pictureNotFound();
    return serve(c, services, address);
  });
};

async function serve(c: Context, services: EdgeServices, address: Address): Promise<Response> {
  const { imageId, revision, name, format } = address;
  const wanted: WantedPicture = {
    imageId,
    key: renditionKey({ imageId, revision, variant: name, format }),
    orderFor: (image) => orderOf(services, address, image),
  };
  try {
    return await deliver(c, services, wanted, { headers: immutableHeaders, download: c.req.query('download') });
  } catch (error) {
    if (error instanceof MovedError) return error.response(imageHeaders(imageId));
    throw error;
  }
}

const REVISION = /^[0-9a-f]{12}$/;
const formats = Object.keys(fileExtensions) as Format[];

/** Undefined unless the path is exactly the key of a rendition: one picture has one URL. */
function parseAddress(path: string, params: Record<string, string>): Address | undefined {
  const { id, revision = '', file = '' } = params;
  const imageId = ImageId.safeParse(id).data;
  const [variant, extension] = file.split('.');
  const name = VariantName.safeParse(variant).data;
  const format = formats.find((each) => fileExtensions[each] === extension);
  if (!imageId || !name || !format || !REVISION.test(revision)) return undefined;
  return path === `/${renditionKey({ imageId, revision, variant: name, format })}`
    ? { imageId, revision, name, format }
    : undefined;
}

const hasEntry = (set: VariantSet, { name, format }: Address) =>
  set.some((entry) => entry.name === name && entry.format === format);

/** A current revision names its set: whether the set has the entry needs no call. Sets of earlier revisions are unknown. */
function isPossible({ categories }: EdgeServices, address: Address): boolean {
  const current = [...categories.values()].find(({ revision }) => revision === address.revision);
  return !current || hasEntry(current.set, address);
}

/** @throws MovedError to the current revision; Problem 404 if the image has no such rendition */
function orderOf({ categories }: EdgeServices, address: Address, image: FoundImage): RenderOrder {
  const { imageId, revision, name, format } = address;
  const category = categories.get(image.category);
  if (!category || !hasEntry(category.set, address)) throw pictureNotFound();
  const key = renditionKey({ imageId, revision, variant: name, format });
  if (category.revision !== revision) throw new MovedError(category.revision, key);
  return { key, image, set: category.set, only: { name, format } };
}
