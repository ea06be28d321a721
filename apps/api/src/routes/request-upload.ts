import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { admitTicket } from '../limits/admit-ticket.ts';
import { limitTickets } from '../limits/limit-tickets.ts';
import { createIssueTicket } from '../tickets/issue-ticket.ts';
import { uploadRequest } from '../tickets/upload-request.ts';

/** POST /v1/images/upload-url: a URL to upload one photograph to, and the job that waits for it. */
export const requestUpload: ApiRoute = (app, services) => {
  const { categories, limits, settings } = services;
  const Request = uploadRequest(categories, settings.maxUploadBytes);
  const issueTicket = createIssueTicket(services);

  app.post('/v1/images/upload-url', limitTickets(limits.rate), async (c) => {
    const request = await jsonBody(c, Request);
    const admitted = await admitTicket(c, limits, { ...request, category: request.category.name });
    const ticket = await issueTicket(c.var.caller.tenant, request, admitted);
    return c.json(ticket, 201, { 'cache-control': 'no-store', location: ticket.statusUrl });
  });
};
