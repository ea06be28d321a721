import { Moderation } from '@imagemill/manifests';
import { ImageId, Tenant } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { ImageCursor, PageLimit } from '../http/page-query.ts';
import { query } from '../http/validated.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleHeldImages } from '../openapi/examples.ts';

const Page = z.strictObject({ cursor: ImageCursor.optional(), limit: PageLimit });

export const HeldImagePage = z.object({
  heldImages: z.array(
    z.object({
      imageId: ImageId,
      tenant: Tenant,
      category: z.string(),
      filename: z.string().optional(),
      metadata: z.record(z.string(), z.string()),
      by: Moderation.shape.by.meta({ description: '`service-down`: it is asked again once it answers' }),
      reason: Moderation.shape.reason.meta({ description: "the moderation service's code, or why it did not answer" }),
      message: z.string().meta({ description: 'what the seller reads' }),
      heldAt: z.iso.datetime(),
      createdAt: z.iso.datetime(),
      previewUrl: z.url().meta({ description: 'a JPEG of at most 512 pixels; the URL needs no key' }),
      previewExpiresAt: z.iso.datetime(),
    }),
  ),
  nextCursor: z.string().optional(),
});

const description = describeRoute({
  id: 'listHeldImages',
  tag: 'Moderation',
  summary: 'Images of all tenants that moderation keeps back, the oldest first',
  details: 'A page may have fewer than `limit` entries, even none: continue while there is a `nextCursor`.',
  query: Page,
  responses: {
    200: {
      description: 'A page of held images.',
      body: HeldImagePage,
      example: exampleHeldImages,
      headers: ['Cache-Control'],
    },
  },
  problems: ['storage-unavailable'],
});

/** GET /v1/held-images: images that wait for an operator, with their previews. */
export const listHeldImages: ApiRoute = (app, { heldImages }) => {
  app.get('/v1/held-images', description, async (c) => {
    const { cursor: after, limit } = query(c, Page);
    const { held, next } = await heldImages.list({ after, limit });
    const shown = held.map(({ imageId, tenant, category, filename, metadata, heldAt, createdAt, ...image }) => ({
      imageId,
      tenant,
      category,
      filename: filename || undefined,
      metadata,
      heldAt,
      createdAt,
      by: image.moderation.by,
      reason: image.moderation.reason,
      message: image.error.message,
      previewUrl: image.preview.url,
      previewExpiresAt: image.preview.expiresAt.toISOString(),
    }));
    const answer: z.input<typeof HeldImagePage> = { heldImages: shown, ...(next && { nextCursor: next }) };
    return c.json(answer, 200, { 'cache-control': 'no-store' });
  });
};
