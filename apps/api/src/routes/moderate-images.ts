import { Problem } from '@imagemill/http';
import type { ImageRecord } from '@imagemill/images';
import { Moderation } from '@imagemill/manifests';
import { ImageId, Tenant } from '@imagemill/variants';
import type { Context } from 'hono';
import { z } from 'zod';
import type { ApiRoute, ApiServices } from '../http/api-route.ts';
import type { ApiBindings } from '../http/bindings.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { jsonBody } from '../http/json-body.ts';
import { query } from '../http/validated.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { MessageToSeller } from '../images/seller-text.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleHeldImages } from '../openapi/examples.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';

const Page = z.strictObject({ cursor: ImageId.optional(), limit: z.coerce.number().int().min(1).max(100).default(50) });

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

const Rejection = z.strictObject({ message: MessageToSeller.optional() });

const problems = ['image-not-found', 'not-held', 'queue-unavailable', 'storage-unavailable'] as const;

const descriptions = {
  list: describeRoute({
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
  }),
  release: describeRoute({
    id: 'releaseImage',
    tag: 'Moderation',
    summary: 'Release a held image',
    details: 'The image is rendered and published, without another question to the moderation service.',
    responses: { 202: { description: 'The status of the image.', body: ImageAnswer } },
    problems: [...problems],
  }),
  reject: describeRoute({
    id: 'rejectImage',
    tag: 'Moderation',
    summary: 'Reject a held image for good',
    body: Rejection,
    example: { message: 'Please upload a photograph without a phone number on it.' },
    responses: { 202: { description: 'The status of the image.', body: ImageAnswer } },
    problems: [...problems],
  }),
};

/** GET /v1/held-images: images that wait for an operator, with their previews. */
export const listHeldImages: ApiRoute = (app, { heldImages }) => {
  app.get('/v1/held-images', descriptions.list, async (c) => {
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

/** POST /v1/images/{id}/release: an operator allows a held image. Idempotent. */
export const releaseImage: ApiRoute = (app, services) => {
  app.post('/v1/images/:id/release', descriptions.release, async (c) => {
    const record = await judge(c, services, { verdict: 'allow' });
    return c.json(services.view(record), 202);
  });
};

/** POST /v1/images/{id}/reject: an operator rejects a held image, with a message for its seller. Idempotent. */
export const rejectImage: ApiRoute = (app, services) => {
  app.post('/v1/images/:id/reject', descriptions.reject, async (c) => {
    const { message } = await jsonBody(c, Rejection);
    const record = await judge(c, services, { verdict: 'reject', message });
    return c.json(services.view(record), 202);
  });
};

async function judge(
  c: Context<ApiBindings>,
  { heldImages }: ApiServices,
  judgement: { readonly verdict: 'allow' | 'reject'; readonly message?: string | undefined },
): Promise<ImageRecord> {
  const { keyId } = c.var.caller;
  const record = await heldImages.judge(imageIdParam(c), { ...judgement, by: 'operator', keyId });
  if (record === 'not-found') throw imageNotFound();
  if (record !== 'not-held') return record;
  throw new Problem({
    status: 409,
    code: 'not-held',
    detail: 'This image is not held, or already has the opposite decision.',
  });
}
