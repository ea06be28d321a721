import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { admitTickets } from '../limits/admit-tickets.ts';
import { takeTickets } from '../limits/take-tickets.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleTicket, exampleTicketRequest } from '../openapi/examples.ts';
import { createIssueTickets } from '../tickets/issue-tickets.ts';
import { requireSigningKey } from '../tickets/require-signing-key.ts';
import { ticketProblems } from '../tickets/ticket-problems.ts';
import { uploadRequest, withCategoryName } from '../tickets/upload-request.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';

const Tickets = z.object({ tickets: z.array(UploadTicket).meta({ description: 'in the order of their requests' }) });

/** POST /v1/images/upload-urls: tickets for many photographs, in the order of their requests: all of them, or none. */
export const requestUploads: ApiRoute = (app, services) => {
  const { categories, limits, originalsWatch, renditionUrls, settings, metadataOf } = services;
  const Requests = z.strictObject({
    images: z
      .array(uploadRequest(categories, { ...settings, metadataOf }))
      .min(1)
      .max(limits.ticketsMax),
  });
  const issueTickets = createIssueTickets(services);

  const description = describeRoute({
    id: 'requestUploads',
    tag: 'Uploads',
    summary: 'Request upload URLs for many photographs at once: all of them, or none',
    body: Requests,
    example: { images: [exampleTicketRequest] },
    idempotent: true,
    rateLimited: true,
    responses: {
      201: {
        description: 'The tickets.',
        body: Tickets,
        example: { tickets: [exampleTicket] },
        headers: ['Cache-Control'],
      },
    },
    problems: ticketProblems,
  });

  app.post('/v1/images/upload-urls', description, async (c) => {
    originalsWatch.assertAnswers();
    // Take one before the body is read, so that invalid bodies count as well.
    await takeTickets(c, limits.rate, 1);
    const { images } = await jsonBody(c, Requests);
    const asked = images.map(({ category }) => category);
    requireSigningKey(renditionUrls, c.var.caller.tenant, asked);
    if (images.length > 1) await takeTickets(c, limits.rate, images.length - 1);
    const request = { images: images.map(withCategoryName) };
    const admitted = await admitTickets(c, limits, {
      request,
      categories: asked.map(({ name }) => name),
    });
    const requests = images.flatMap((request, index) => {
      const image = admitted[index];
      return image ? { request, image } : [];
    });
    const tickets = await issueTickets(c.var.caller.tenant, requests);
    if (admitted[0]?.isRepeated) c.header('idempotent-replayed', 'true');
    return c.json({ tickets } satisfies z.input<typeof Tickets>, 201, { 'cache-control': 'no-store' });
  });
};
