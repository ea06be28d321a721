import { IMPORTED_MEDIA_TYPE, ImageId, originalKey, ownSpec } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { admitTickets } from '../limits/admit-tickets.ts';
import { takeTickets } from '../limits/take-tickets.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleImportRequest, exampleImportTicket } from '../openapi/examples.ts';
import { filenameOf, importRequest } from '../tickets/import-request.ts';
import { repeatedImage } from '../tickets/repeated-image.ts';
import { requireSigningKey } from '../tickets/require-signing-key.ts';
import { importProblems } from '../tickets/ticket-problems.ts';
import { FollowTokenField, PlannedRendition } from '../tickets/upload-ticket.ts';

/** The client's references to an imported image. */
export const ImportTicket = z
  .object({
    imageId: ImageId,
    statusUrl: z.url(),
    eventsUrl: z.url(),
    followToken: FollowTokenField,
    renditions: z.array(PlannedRendition),
  })
  .meta({ id: 'ImportTicket', examples: [exampleImportTicket] });

const DAY_MS = 24 * 3600_000;

/** POST /v1/images/import: a worker downloads the image from a URL and processes it like an upload. */
export const importImage: ApiRoute = (app, services) => {
  const { categories, limits, queue, records, renditionUrls, followTokens, settings } = services;
  const Request = importRequest(categories);

  const description = describeRoute({
    id: 'importImage',
    tag: 'Uploads',
    summary: 'Import an image from a URL',
    details: 'A worker downloads the image, from public addresses only, and processes it like an upload.',
    body: Request,
    example: exampleImportRequest,
    idempotent: true,
    rateLimited: true,
    responses: {
      202: { description: 'The import is queued.', body: ImportTicket, headers: ['Location', 'Cache-Control'] },
    },
    problems: importProblems,
  });

  app.post('/v1/images/import', description, async (c) => {
    await takeTickets(c, limits.rate, 1);
    const { category: spec, url: importUrl, filename = filenameOf(importUrl), ...rest } = await jsonBody(c, Request);
    requireSigningKey(renditionUrls, c.var.caller.tenant, [spec]);
    const { name: category } = spec;
    const request = { ...rest, importUrl, filename, category };
    const [admitted] = await admitTickets(c, limits, { request, categories: [category] });
    if (!admitted) throw new Error('One image was requested, and none was admitted.');

    const { tenant } = c.var.caller;
    const { imageId, createdAt, isRepeated } = admitted;
    const contentType = IMPORTED_MEDIA_TYPE;
    const known = await repeatedImage(records, tenant, admitted);
    if (!known) {
      const image = { ...request, imageId, tenant, contentType };
      const times = {
        createdAt: createdAt.toISOString(),
        uploadExpiresAt: new Date(createdAt.getTime() + DAY_MS).toISOString(),
      };
      await queue.add({ ...image, ...times, originalKey: originalKey(image) }, 0);
    }
    if (isRepeated) c.header('idempotent-replayed', 'true');
    const ticket: z.input<typeof ImportTicket> = {
      imageId,
      statusUrl: `${settings.apiBaseUrl}/v1/images/${imageId}`,
      eventsUrl: `${settings.apiBaseUrl}/v1/images/${imageId}/events`,
      followToken: followTokens?.issue({ tenant, imageId }, createdAt),
      renditions: renditionUrls.planned({ tenant, imageId }, ownSpec(spec, rest)),
    };
    return c.json(ticket, 202, { 'cache-control': 'no-store', location: ticket.statusUrl });
  });
};
