import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { admitTickets } from '../limits/admit-tickets.ts';
import { takeTickets } from '../limits/take-tickets.ts';
import { createIssueTickets } from '../tickets/issue-tickets.ts';
import { uploadRequest, withCategoryName } from '../tickets/upload-request.ts';

/** POST /v1/images/upload-url: a URL to upload one photograph to, and the job that waits for it. */
export const requestUpload: ApiRoute = (app, services) => {
  const { categories, limits, settings } = services;
  const Request = uploadRequest(categories, settings.maxUploadBytes);
  const issueTickets = createIssueTickets(services);

  app.post('/v1/images/upload-url', async (c) => {
    await takeTickets(c, limits.rate, 1);
    const request = await jsonBody(c, Request);
    const admitted = await admitTickets(c, limits, { request: withCategoryName(request), tickets: 1 });
    const [ticket] = await issueTickets(
      c.var.caller.tenant,
      admitted.map((image) => ({ request, image })),
    );
    return c.json(ticket, 201, { 'cache-control': 'no-store', ...(ticket && { location: ticket.statusUrl }) });
  });
};
