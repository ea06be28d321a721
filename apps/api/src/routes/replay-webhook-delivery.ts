import { Problem } from '@imagemill/http';
import { WebhookEventId } from '@imagemill/queue';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { ofReadableJob } from '../http/readable-job.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleEventId } from '../openapi/examples.ts';

const Replayed = z.object({ id: WebhookEventId, status: z.literal('pending') });

const description = describeRoute({
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
});

/** POST /v1/webhook-deliveries/{id}/replay */
export const replayWebhookDelivery: ApiRoute = (app, { webhooks }) => {
  app.post('/v1/webhook-deliveries/:id/replay', description, async (c) => {
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
