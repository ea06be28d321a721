import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { admitTickets } from '../limits/admit-tickets.ts';
import { takeTickets } from '../limits/take-tickets.ts';
import { createIssueTickets } from '../tickets/issue-tickets.ts';
import { uploadRequest, withCategoryName } from '../tickets/upload-request.ts';

/** POST /v1/images/upload-urls: tickets for many photographs, in the order of their requests: all of them, or none. */
export const requestUploads: ApiRoute = (app, services) => {
  const { categories, limits, settings } = services;
  const Requests = z.strictObject({
    images: z.array(uploadRequest(categories, settings.maxUploadBytes)).min(1).max(limits.ticketsMax),
  });
  const issueTickets = createIssueTickets(services);

  app.post('/v1/images/upload-urls', async (c) => {
    // One before the body is read, whatever it holds.
    await takeTickets(c, limits.rate, 1);
    const { images } = await jsonBody(c, Requests);
    if (images.length > 1) await takeTickets(c, limits.rate, images.length - 1);
    const request = { images: images.map(withCategoryName) };
    const admitted = await admitTickets(c, limits, { request, tickets: images.length });
    const requests = images.flatMap((request, index) => {
      const image = admitted[index];
      return image ? { request, image } : [];
    });
    const tickets = await issueTickets(c.var.caller.tenant, requests);
    return c.json({ tickets }, 201, { 'cache-control': 'no-store' });
  });
};
