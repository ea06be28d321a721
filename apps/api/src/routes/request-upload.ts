import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { admitTickets } from '../limits/admit-tickets.ts';
import { takeTickets } from '../limits/take-tickets.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleTicketRequest } from '../openapi/examples.ts';
import { createIssueTickets } from '../tickets/issue-tickets.ts';
import { requireSigningKey } from '../tickets/require-signing-key.ts';
import { ticketProblems } from '../tickets/ticket-problems.ts';
import { uploadRequest, withCategoryName } from '../tickets/upload-request.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';

/** POST /v1/images/upload-url: a URL to upload one photograph, and the job that waits for it. */
export const requestUpload: ApiRoute = (app, services) => {
  const { categories, limits, originalsWatch, renditionUrls, settings, metadataOf } = services;
  const Request = uploadRequest(categories, { ...settings, metadataOf });
  const issueTickets = createIssueTickets(services);

  const description = describeRoute({
    id: 'requestUpload',
    tag: 'Uploads',
    summary: 'Request a URL to upload one photograph',
    details: 'The job exists before the URL is returned. The URL accepts exactly the declared type and length.',
    body: Request,
    example: exampleTicketRequest,
    idempotent: true,
    rateLimited: true,
    responses: { 201: { description: 'The ticket.', body: UploadTicket, headers: ['Location', 'Cache-Control'] } },
    problems: ticketProblems,
  });

  app.post('/v1/images/upload-url', description, async (c) => {
    originalsWatch.assertAnswers();
    await takeTickets(c, limits.rate, 1);
    const request = await jsonBody(c, Request);
    requireSigningKey(renditionUrls, c.var.caller.tenant, [request.category]);
    const admitted = await admitTickets(c, limits, {
      request: withCategoryName(request),
      categories: [request.category.name],
    });
    const [ticket] = await issueTickets(
      c.var.caller.tenant,
      admitted.map((image) => ({ request, image })),
    );
    if (admitted[0]?.isRepeated) c.header('idempotent-replayed', 'true');
    return c.json(ticket, 201, { 'cache-control': 'no-store', ...(ticket && { location: ticket.statusUrl }) });
  });
};
