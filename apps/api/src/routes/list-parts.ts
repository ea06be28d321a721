import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { pendingUpload, uploadEnded } from '../multipart/pending-upload.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleUploadedParts } from '../openapi/examples.ts';

/** The uploaded parts, by number. */
export const UploadedParts = z
  .object({ parts: z.array(z.object({ partNumber: z.int(), size: z.int(), etag: z.string() })) })
  .meta({ examples: [exampleUploadedParts] });

const description = describeRoute({
  id: 'listParts',
  tag: 'Uploads',
  summary: 'List the uploaded parts',
  details: 'For a ticket with the method MULTIPART, to resume its upload.',
  responses: {
    200: { description: 'All uploaded parts, by number.', body: UploadedParts, headers: ['Cache-Control'] },
  },
  problems: ['image-not-found', 'not-multipart', 'upload-ended', 'queue-unavailable', 'storage-unavailable'],
});

/** GET /v1/images/{id}/parts: the uploaded parts, to resume with the rest. */
export const listParts: ApiRoute = (app, { originals, records }) => {
  app.get('/v1/images/:id/parts', description, async (c) => {
    const upload = await pendingUpload(records, c.var.caller.tenant, imageIdParam(c));
    const uploaded = await originals.multipart.parts(upload);
    if (!uploaded) throw uploadEnded();
    const parts = uploaded.map(({ partNumber, sizeBytes, etag }) => ({ partNumber, size: sizeBytes, etag }));
    return c.json({ parts } satisfies z.input<typeof UploadedParts>, 200, { 'cache-control': 'no-store' });
  });
};
