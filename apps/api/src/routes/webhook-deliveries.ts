import { Problem } from '@imagemill/http';
import { DeliveryPage, DeliveryStatus, WebhookEventId } from '@imagemill/queue';
import { ImageId } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { ofReadableJob } from '../http/readable-job.ts';
import { query } from '../http/validated.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleDeliveries, exampleEventId } from '../openapi/examples.ts';

const Page = z.strictObject({
  cursor: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  status: DeliveryStatus.optional(),
  imageId: ImageId.optional(),
});

const Replayed = z.object({ id: WebhookEventId, status: z.literal('pending') });

const descriptions = {
  list: describeRoute({
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
  }),
  replay: describeRoute({
    id: 'replayWebhookDelivery',
    tag: 'Operation',
    summary: 'Repeat a finished delivery, with the same event id',
    params: z.object({ id: WebhookEventId.meta({ description: 'the id of an event' }) }),
    responses: {
      202: {
        description: 'The delivery is pending.',
        body: Replayed,
        example: { id: exampleEventId, status: 'pending' },
      },
    },
    problems: ['delivery-not-found', 'delivery-pending', 'unreadable-job', 'queue-unavailable'],
  }),
};

/** GET /v1/webhook-deliveries: newest first, paginated. POST …/{id}/replay: repeats a finished delivery. */
export const webhookDeliveries: ApiRoute = (app, { webhooks }) => {
  app.get('/v1/webhook-deliveries', descriptions.list, async (c) => {
    const { cursor, ...page } = query(c, Page);
    return c.json(await webhooks.list({ cursor, ...page }), 200, { 'cache-control': 'no-store' });
  });

  app.post('/v1/webhook-deliveries/:id/replay', descriptions.replay, async (c) => {
    const id = WebhookEventId.safeParse(c.req.param('id')).data;
    const outcome = id === undefined ? 'not-found' : await ofReadableJob(webhooks.replay(id));
    if (id === undefined || outcome === 'not-found') throw deliveryNotFound();
    if (outcome === 'pending') throw stillPending();
    return c.json({ id, status: 'pending' } satisfies z.infer<typeof Replayed>, 202);
  });
};

const deliveryNotFound = () =>
  new Problem({ status: 404, code: 'delivery-not-found', detail: 'There is no delivery with this id.' });

const stillPending = () =>
  new Problem({ status: 409, code: 'delivery-pending', detail: 'The delivery of this event is still pending.' });
