import { EventId } from '@imagemill/queue';
import { ImageId } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { Problem } from '../http/problem.ts';
import { query } from '../http/query.ts';

const Page = z.strictObject({
  cursor: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  status: z.enum(['pending', 'delivered', 'failed']).optional(),
  imageId: ImageId.optional(),
});

/** GET /v1/webhook-deliveries: the newest first, by page. POST …/{id}/replay: sends an event that has ended once more. */
export const webhookDeliveries: ApiRoute = (app, { events }) => {
  app.get('/v1/webhook-deliveries', async (c) => {
    const { cursor, ...page } = query(c, Page);
    return c.json(await events.list({ cursor, ...page }), 200, { 'cache-control': 'no-store' });
  });

  app.post('/v1/webhook-deliveries/:id/replay', async (c) => {
    const id = EventId.safeParse(c.req.param('id')).data;
    const outcome = id === undefined ? 'not-found' : await events.replay(id);
    if (outcome === 'not-found') throw deliveryNotFound();
    if (outcome === 'pending') throw stillPending();
    return c.json({ id, status: 'pending' }, 202);
  });
};

const deliveryNotFound = () =>
  new Problem({ status: 404, code: 'delivery-not-found', detail: 'There is no delivery with this id.' });

const stillPending = () =>
  new Problem({ status: 409, code: 'delivery-pending', detail: 'This event is on its way already.' });
