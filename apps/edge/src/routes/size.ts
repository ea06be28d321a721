import {
  type Format,
  formatMediaTypes,
  ownSpec,
  renderedSize,
  sizeKey,
  sizeName,
  variantOfSize,
} from '@imagemill/variants';
import { foundImage } from '../find/found-image.ts';
import type { EdgeRoute } from '../http/edge-route.ts';
import { imageOf } from '../http/image-path.ts';
import { pictureNotFound } from '../http/picture-problems.ts';
import { changingHeaders } from '../serve/changing-headers.ts';
import { chooseFormat } from '../serve/choose-format.ts';
import { deliver } from '../serve/deliver.ts';
import type { WantedPicture } from '../serve/get-picture.ts';
import { keyNotAllowed } from '../sizes/size-problems.ts';

/** GET and HEAD of `/images/{id}?w=&h=…`: any size with a valid signature, or one that the operator has opened. */
export const size: EdgeRoute = (app, services) => {
  const { sizes, freshness } = services;
  app.get('/images/:id', async (c) => {
    const imageId = imageOf(c.req.param('id'));
    const { size, signature } = await sizes.allowSize(imageId, new URL(c.req.url).search);
    const image = await foundImage(c, services, imageId);
    const { focus } = image;
    const category = services.categories.get(image.category);
    if (!category) throw pictureNotFound();
    if (signature && signature.tenant !== image.tenant) throw keyNotAllowed();

    const format = size.f === 'auto' ? chooseFormat(c.req.header('accept'), formats) : size.f;
    const rendered = renderedSize(size, signature ? sizes.steps : undefined);
    const { revision } = ownSpec(category, { focus });
    const key = sizeKey({ imageId, revision, size: sizeName(rendered, format), format });
    const wanted: WantedPicture = {
      imageId,
      key,
      async orderFor(image, signal) {
        await sizes.limitSizes({ imageId, revision }, signal);
        const only = variantOfSize(rendered, format);
        // The focus of the key: it may have changed since.
        return { key, image: { ...image, focus }, set: [only], only };
      },
    };
    const endsInS = signature?.exp === undefined ? undefined : signature.exp - Date.now() / 1000;
    const headers = { ...changingHeaders(freshness, endsInS), ...(size.f === 'auto' && { vary: 'Accept' }) };
    return deliver(c, services, wanted, { headers });
  });
};

const formats = Object.keys(formatMediaTypes) as Format[];
