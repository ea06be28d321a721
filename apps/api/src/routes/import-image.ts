import { IMPORTED_MEDIA_TYPE, ImageId, originalKey, plannedRenditions } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { admitTickets } from '../limits/admit-tickets.ts';
import { takeTickets } from '../limits/take-tickets.ts';
import { filenameOf, importRequest } from '../tickets/import-request.ts';
import { PlannedRendition } from '../tickets/upload-ticket.ts';

/** What a client needs to find an image again that a worker downloads. */
export const ImportTicket = z.object({
  imageId: ImageId,
  statusUrl: z.url(),
  /** Reads `statusUrl` in the place of an API key. */
  followToken: z.string().optional(),
  renditions: z.array(PlannedRendition),
});

const DAY_MS = 24 * 3600_000;

/** POST /v1/images/import: a worker downloads the picture from a URL, and it goes on like an upload that is there. */
export const importImage: ApiRoute = (app, services) => {
  const { categories, limits, queue, records, followTokens, settings } = services;
  const Request = importRequest(categories);

  app.post('/v1/images/import', async (c) => {
    await takeTickets(c, limits.rate, 1);
    const { category: spec, url: importUrl, filename = filenameOf(importUrl), ...rest } = await jsonBody(c, Request);
    const { name: category, set, revision } = spec;
    const request = { ...rest, importUrl, filename, category };
    const [admitted] = await admitTickets(c, limits, { request, tickets: 1 });
    if (!admitted) throw new Error('One image was asked for, and none was admitted.');

    const { tenant } = c.var.caller;
    const { imageId, createdAt, isRepeated } = admitted;
    const contentType = IMPORTED_MEDIA_TYPE;
    const isKnown = isRepeated && (await records.locate(tenant, imageId)) !== undefined;
    if (!isKnown) {
      const image = { ...request, imageId, tenant, contentType };
      const times = {
        createdAt: createdAt.toISOString(),
        uploadExpiresAt: new Date(createdAt.getTime() + DAY_MS).toISOString(),
      };
      await queue.add({ ...image, ...times, originalKey: originalKey(image) }, 0);
    }
    const ticket: z.input<typeof ImportTicket> = {
      imageId,
      statusUrl: `${settings.apiBaseUrl}/v1/images/${imageId}`,
      followToken: await followTokens?.issue({ tenant, imageId }, createdAt),
      renditions: plannedRenditions({ imageId, set, revision, cdnBaseUrl: settings.cdnBaseUrl }),
    };
    return c.json(ticket, 202, { 'cache-control': 'no-store', location: ticket.statusUrl });
  });
};
