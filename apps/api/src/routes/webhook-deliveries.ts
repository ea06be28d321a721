import { DeliveryPage, DeliveryStatus, WebhookEventId } from '@imagemill/queue';
import { ImageId } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { Problem } from '../http/problem.ts';
import { query } from '../http/query.ts';
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
    summary: 'What tenants were told, the newest first, with every attempt',
    details: 'With a filter, a page may hold fewer than `limit`, even none: go on while there is a `nextCursor`.',
    query: Page,
    answers: {
      200: { what: 'A page of them.', body: DeliveryPage, example: exampleDeliveries, headers: ['Cache-Control'] },
    },
    problems: ['queue-unavailable'],
  }),
  replay: describeRoute({
    id: 'replayWebhookDelivery',
    tag: 'Operation',
    summary: 'Send an event that has ended once more, under its id',
    params: z.object({ id: WebhookEventId.meta({ description: 'the id of an event' }) }),
    answers: { 202: { what: 'It is on its way.', body: Replayed, example: { id: exampleEventId, status: 'pending' } } },
    problems: ['delivery-not-found', 'delivery-pending', 'queue-unavailable'],
  }),
};

/** GET /v1/webhook-deliveries: the newest first, by page. POST …/{id}/replay: sends an event that has ended once more. */
export const webhookDeliveries: ApiRoute = (app, { webhooks }) => {
  app.get('/v1/webhook-deliveries', descriptions.list, async (c) => {
    const { cursor, ...page } = query(c, Page);
    return c.json(await webhooks.list({ cursor, ...page }), 200, { 'cache-control': 'no-store' });
  });

  app.post('/v1/webhook-deliveries/:id/replay', descriptions.replay, async (c) => {
    const id = WebhookEventId.safeParse(c.req.param('id')).data;
    const outcome = id === undefined ? 'not-found' : await webhooks.replay(id);
    if (id === undefined || outcome === 'not-found') throw deliveryNotFound();
    if (outcome === 'pending') throw stillPending();
    return c.json({ id, status: 'pending' } satisfies z.infer<typeof Replayed>, 202);
  });
};

const deliveryNotFound = () =>
  new Problem({ status: 404, code: 'delivery-not-found', detail: 'There is no delivery with this id.' });

const stillPending = () =>
  new Problem({ status: 409, code: 'delivery-pending', detail: 'This event is on its way already.' });
