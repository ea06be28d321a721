import { ImageView } from '@imagemill/images';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { ImageCursor, PageLimit } from '../http/page-query.ts';
import { query } from '../http/validated.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleImage, exampleRejectedImage } from '../openapi/examples.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';
import { categoryField } from '../tickets/request-fields.ts';

const ImagePage = z
  .object({ images: z.array(ImageAnswer), nextCursor: z.string().optional() })
  .meta({ examples: [{ images: [exampleImage, exampleRejectedImage], nextCursor: exampleRejectedImage.imageId }] });

/**
 * GET /v1/images: a tenant's images, newest first, paginated. A cursor is the last image of the page before, so pages
 * neither repeat nor miss an image while others are added and removed.
 */
export const listImages: ApiRoute = (app, { listImages: list, requestLimits, view, categories }) => {
  const Page = z.strictObject({
    category: categoryField(categories).optional(),
    status: ImageView.shape.status.optional(),
    cursor: ImageCursor.optional(),
    limit: PageLimit,
  });

  const description = describeRoute({
    id: 'listImages',
    tag: 'Images',
    summary: 'Your images, newest first',
    details: [
      'With a status, a page may have fewer than `limit` images, even none: continue while there is a `nextCursor`.',
      'A page counts as one read for each image that was looked up, at most 300, and for each ten whose job rules the status out.',
    ].join(' '),
    query: Page,
    responses: { 200: { description: 'A page of images.', body: ImagePage, headers: ['Cache-Control'] } },
    problems: ['unknown-category', 'queue-unavailable', 'storage-unavailable'],
  });

  app.get('/v1/images', description, async (c) => {
    const { category, cursor: before, ...page } = query(c, Page);
    const { tenant } = c.var.caller;
    const { records, next, reads } = await list(tenant, { category: category?.name, before, ...page });
    // The request itself was counted as one read.
    if (reads > 1) await requestLimits.reads?.take(tenant, reads - 1);
    const answer: z.input<typeof ImagePage> = { images: records.map(view), ...(next && { nextCursor: next }) };
    return c.json(answer, 200, { 'cache-control': 'private, no-cache' });
  });
};
