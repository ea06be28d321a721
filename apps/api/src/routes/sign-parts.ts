import { Problem } from '@imagemill/http';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { partCount, partLength } from '../multipart/part-plan.ts';
import { pendingUpload, uploadEnded } from '../multipart/pending-upload.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleSignedParts } from '../openapi/examples.ts';

const PART_NUMBERS_MAX = 100;

/** The body: numbers from 1 to the ticket's `partCount`. */
const PartsRequest = z.strictObject({
  partNumbers: z.array(z.int().min(1).max(10_000)).min(1).max(PART_NUMBERS_MAX),
});

/** URLs that each accept one part, by PUT, of exactly `contentLength` bytes. */
export const SignedParts = z
  .object({
    parts: z.array(
      z.object({
        partNumber: z.int(),
        url: z.url(),
        headers: z.record(z.string(), z.string()).meta({ description: 'send these with the part exactly as given' }),
        contentLength: z.int(),
      }),
    ),
    expiresAt: z.iso.datetime(),
  })
  .meta({ examples: [exampleSignedParts] });

const description = describeRoute({
  id: 'signParts',
  tag: 'Uploads',
  summary: 'Request URLs to upload parts',
  details: 'For a ticket with the method MULTIPART. Until the upload ends, a part can be signed and uploaded again.',
  body: PartsRequest,
  example: { partNumbers: [1, 2, 3] },
  responses: { 200: { description: 'A URL for each part.', body: SignedParts, headers: ['Cache-Control'] } },
  problems: [
    'image-not-found',
    'not-multipart',
    'upload-ended',
    'unknown-part',
    'queue-unavailable',
    'storage-unavailable',
  ],
});

/** POST /v1/images/{id}/parts: URLs for some parts of an upload, signed again for every request. */
export const signParts: ApiRoute = (app, { originals, records, settings }) => {
  app.post('/v1/images/:id/parts', description, async (c) => {
    const imageId = imageIdParam(c);
    const { partNumbers } = await jsonBody(c, PartsRequest);
    const { plan, expiresAt: uploadExpiresAt, ...upload } = await pendingUpload(records, c.var.caller.tenant, imageId);
    const unknown = partNumbers.find((partNumber) => partNumber > partCount(plan));
    if (unknown !== undefined) throw unknownPart(unknown, partCount(plan));
    const secondsLeft = Math.floor((uploadExpiresAt.getTime() - Date.now()) / 1000);
    if (secondsLeft < 1) throw uploadEnded();
    const { parts, expiresAt } = await originals.multipart.presignParts({
      ...upload,
      parts: partNumbers.map((partNumber) => ({ partNumber, contentLength: partLength(plan, partNumber) })),
      expiresInSeconds: Math.min(settings.uploadUrlTtlSeconds, secondsLeft),
    });
    const answer: z.input<typeof SignedParts> = {
      parts: parts.map((part) => ({ ...part, headers: {} })),
      expiresAt: expiresAt.toISOString(),
    };
    return c.json(answer, 200, { 'cache-control': 'no-store' });
  });
};

function unknownPart(partNumber: number, count: number): Problem {
  const message = `this upload has no part ${partNumber}: its parts are 1 to ${count}`;
  const errors = [{ field: 'partNumbers', code: 'unknown-part', message }];
  return new Problem({ status: 422, code: 'unknown-part', detail: `partNumbers: ${message}`, errors });
}
