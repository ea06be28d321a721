import { WebhookEventId, WebhookEventType } from '@imagemill/queue';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { exampleImage } from './examples.ts';
import { ImageAnswer } from './image-answer.ts';

const summaries: Record<WebhookEventType, string> = {
  'image.ready': 'All renditions of an image are live.',
  'image.rejected': 'The bytes are not an acceptable image; `data.error` has the reason.',
  'image.held': 'Moderation keeps an image back; an operator can release or reject it.',
  'image.failed': 'Processing failed on our side; an operator can retry it.',
  'image.expired': 'Nothing was uploaded before the URL expired.',
};

const headers = z.object({
  'webhook-id': WebhookEventId.meta({
    description: 'identifies one outcome of one image: the same for every attempt, rerun and replay',
  }),
  'webhook-timestamp': z.string().regex(/^\d+$/).meta({ description: 'time of this attempt, in seconds since 1970' }),
  'webhook-signature': z
    .string()
    .meta({ description: '`v1,` and the base64 of the HMAC-SHA-256, one for each secret' }),
});

/** Requests to a tenant's endpoint: https://www.standardwebhooks.com. */
export const webhooks: ZodOpenApiPathsObject = Object.fromEntries(
  WebhookEventType.options.map((type) => [
    type,
    {
      post: {
        operationId: `on${type.replaceAll(/(?:^|\.)(\w)/g, (_, first: string) => first.toUpperCase())}`,
        tags: ['Events'],
        summary: summaries[type],
        description:
          'Standard Webhooks. Events may arrive twice or out of order: ignore any `sequence` lower than the last one.',
        security: [],
        requestParams: { header: headers },
        requestBody: { required: true, content: { 'application/json': { schema: eventBody(type) } } },
        responses: {
          '2XX': { description: 'Accepted. Any other response is retried for about a day.' },
          '410': { description: 'Ends this delivery at once.' },
        },
      },
    },
  ]),
);

function eventBody(type: WebhookEventType) {
  const data = ImageAnswer.extend({
    sequence: z.int().positive().meta({ description: 'a later event of an image has a larger number' }),
  });
  const example = type === 'image.ready' ? { ...exampleImage, sequence: 1_795_413_601_000 } : undefined;
  return z
    .object({ type: z.literal(type), timestamp: z.iso.datetime(), data })
    .meta({ ...(example && { examples: [{ type, timestamp: '2026-11-23T06:00:03.000Z', data: example }] }) });
}
