import { type Categories, type CategorySpec, type Format, fileExtensions, renditionKey } from '@imagemill/variants';
import type { Context } from 'hono';
import { foundImage } from '../find/found-image.ts';
import type { EdgeRoute, EdgeServices } from '../http/edge-route.ts';
import { imageOf } from '../http/image-path.ts';
import { pictureNotFound } from '../http/picture-problems.ts';
import { changingHeaders } from '../serve/changing-headers.ts';
import { chooseFormat } from '../serve/choose-format.ts';
import { deliver } from '../serve/deliver.ts';
import { immutableHeaders } from '../serve/delivery-headers.ts';

/**
 * GET and HEAD of `/images/{id}/{variant}`, in the format that the Accept header prefers, and of `/images/{id}/{variant}.{ext}`. Both show
 * the image's current revision. `?v={revision}` makes the URL immutable.
 */
export const variant: EdgeRoute = (app, services) => {
  app.get('/images/:id/:file', async (c) => {
    const { id, file } = c.req.param();
    const imageId = imageOf(id);
    const [name = '', extension, ...more] = file.split('.');
    const format = formats.find((each) => fileExtensions[each] === extension);
    const isWrong = more.length > 0 || (extension !== undefined && !format);
    if (isWrong || !isKnown(services.categories, name)) throw pictureNotFound();
    const { image, category } = await foundImage(services, imageId);
    const offered = formatsOf(category, name).filter((each) => !format || each === format);
    if (offered.length === 0) throw pictureNotFound();
    const chosen = format ?? chooseFormat(c.req.header('accept'), offered);
    const wanted = {
      imageId,
      key: renditionKey({ imageId, revision: category.revision, variant: name, format: chosen }),
      orderFor: () => ({ key: wanted.key, image, set: category.set, only: { name, format: chosen } }),
    };
    const headers = { ...freshness(c, services, category), ...(!format && { vary: 'Accept' }) };
    return deliver(c, services, wanted, { headers, download: c.req.query('download') });
  });
};

const formats = Object.keys(fileExtensions) as Format[];

const formatsOf = ({ set }: CategorySpec, name: string): Format[] =>
  set.flatMap((entry) => (entry.name === name ? entry.format : []));

/** Whether any image has such a variant needs no call. */
const isKnown = (categories: Categories, name: string) =>
  [...categories.values()].some((category) => formatsOf(category, name).length > 0);

const freshness = (c: Context, services: EdgeServices, { revision }: CategorySpec) =>
  c.req.query('v') === revision ? immutableHeaders : changingHeaders(services.freshness);
