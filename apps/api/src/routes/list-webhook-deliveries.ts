import { DeliveryPage, DeliveryStatus } from '@imagemill/queue';
import { ImageId } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { PageLimit, PositionCursor } from '../http/page-query.ts';
import { query } from '../http/validated.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleDeliveries } from '../openapi/examples.ts';

const Page = z.strictObject({
  cursor: PositionCursor.optional(),
  limit: PageLimit,
  status: DeliveryStatus.optional(),
  imageId: ImageId.optional(),
});

const description = describeRoute({
  id: 'listWebhookDeliveries',
  tag: 'Operation',
  summary: 'Webhook deliveries, newest first, with every attempt',
  details:
    'With a filter, a page may have fewer than `limit` deliveries, even none: continue while there is a `nextCursor`.',
  query: Page,
  responses: {
    200: {
      description: 'A page of deliveries.',
      body: DeliveryPage,
      example: exampleDeliveries,
      headers: ['Cache-Control'],
    },
  },
  problems: ['queue-unavailable'],
});

/** GET /v1/webhook-deliveries: newest first, paginated. */
export const listWebhookDeliveries: ApiRoute = (app, { webhooks }) => {
  app.get('/v1/webhook-deliveries', description, async (c) =>
    c.json(await webhooks.list(query(c, Page)), 200, { 'cache-control': 'no-store' }),
  );
};
