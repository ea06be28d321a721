import {
  type AskedSize,
  type Format,
  formatMediaTypes,
  ownSettings,
  ownSpec,
  type RenderedSize,
  renderedSize,
  sizeKey,
  sizeName,
  variantOfSize,
  withinOriginal,
} from '@imagemill/variants';
import { foundImage } from '../find/found-image.ts';
import { isPublic, type Owned } from '../find/is-public.ts';
import type { EdgeRoute } from '../http/edge-route.ts';
import { imageOfPath } from '../http/image-of-path.ts';
import { pictureNotFound } from '../http/picture-problems.ts';
import { privateHeaders } from '../private/private-headers.ts';
import type { FoundImage } from '../render/render-order.ts';
import { changingHeaders } from '../serve/changing-headers.ts';
import { chooseFormat } from '../serve/choose-format.ts';
import { deliver } from '../serve/deliver.ts';
import type { WantedPicture } from '../serve/get-picture.ts';
import { keyNotAllowed } from '../sizes/size-problems.ts';

/**
 * GET and HEAD of `/images/{id}?w=&h=…`: any size with a valid signature, or one that the operator has opened. A private image has no open
 * sizes, and its signatures expire.
 */
export const size: EdgeRoute = (app, services) => {
  const { sizes, freshness, categories } = services;
  app.get('/images/:id', async (c) => {
    const imageId = imageOfPath(c.req.param('id'));
    const { size, signature } = await sizes.allowSize(imageId, new URL(c.req.url).search);
    const { exp } = signature ?? {};
    // A private image: only with a signature of its tenant that expires.
    const maySee = (image: Owned) =>
      isPublic(categories, image) || (exp !== undefined && signature?.tenant === image.tenant);
    const image = await foundImage(c, services, imageId, maySee);
    const own = ownSettings(image);
    const category = categories.get(image.category);
    if (!category) throw pictureNotFound();
    if (signature && signature.tenant !== image.tenant) throw keyNotAllowed();

    const format = size.f === 'auto' ? chooseFormat(c.req.header('accept'), formatsOf(image, size)) : size.f;
    const rendered = clamped(renderedSize(size, signature ? sizes.steps : undefined), image);
    const { revision, visibility } = ownSpec(category, image);
    const key = sizeKey({ imageId, revision, visibility, size: sizeName(rendered, format), format });
    const wanted: WantedPicture = {
      imageId,
      key,
      async orderFor(image, signal) {
        await sizes.limitSizes({ imageId, revision, visibility }, signal);
        const only = variantOfSize(rendered, format);
        // The settings of the key: they may have changed since.
        return { key, image: { ...image, ...own }, set: [only], only };
      },
    };
    const headers = {
      ...(visibility === 'signed' && exp !== undefined
        ? privateHeaders(exp)
        : changingHeaders(freshness, exp && exp - Date.now() / 1000)),
      ...(size.f === 'auto' && { vary: 'Accept' }),
    };
    return deliver(c, services, wanted, { headers });
  });
};

const formats = Object.keys(formatMediaTypes) as Format[];
const withAlpha = formats.filter((format) => format !== 'jpeg');

/** A picture that may have transparent parts is never a jpeg, unless a URL names that. */
const formatsOf = ({ source }: FoundImage, { bg }: AskedSize) =>
  source?.hasAlpha || bg === 'transparent' ? withAlpha : formats;

const clamped = (size: RenderedSize, { source }: FoundImage) => (source ? withinOriginal(size, source) : size);
