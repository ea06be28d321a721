import {
  CACHE_PRIVATE,
  type Categories,
  ImageId,
  originalKey,
  plannedRenditions,
  SourceMediaType,
} from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { Filename, Metadata } from '../images/seller-text.ts';
import { admitTicket } from '../limits/admit-ticket.ts';
import { limitTickets } from '../limits/limit-tickets.ts';

const withCode = (code: string, message: string) => ({ params: { code }, error: message });

/** The body of an upload request, within this deployment's categories and limits. */
const uploadRequest = (categories: Categories, maxUploadBytes: number) =>
  z.strictObject({
    filename: Filename,
    contentType: z.string().transform((type, context) => {
      const known = SourceMediaType.safeParse(type);
      if (known.success) return known.data;
      const message = `must be one of ${SourceMediaType.options.join(', ')}`;
      context.addIssue({ code: 'custom', params: { code: 'unsupported-type' }, message });
      return z.NEVER;
    }),
    contentLength: z
      .int()
      .refine((bytes) => bytes > 0, withCode('empty-upload', 'must be more than 0 bytes'))
      .refine(
        (bytes) => bytes <= maxUploadBytes,
        withCode('upload-too-large', `can be ${maxUploadBytes} bytes at most`),
      ),
    category: z.string().transform((name, context) => {
      const spec = categories.get(name);
      if (spec) return { name, ...spec };
      const message = `must be one of ${[...categories.keys()].join(', ')}`;
      context.addIssue({ code: 'custom', params: { code: 'unknown-category' }, message });
      return z.NEVER;
    }),
    checksumSha256: z
      .string()
      .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be the base64 of a SHA-256')
      .optional(),
    method: z.literal('PUT', 'must be PUT').default('PUT'),
    metadata: Metadata.default({}),
  });

export type UploadTicket = z.infer<typeof UploadTicket>;
export const UploadTicket = z.object({
  imageId: ImageId,
  key: z.string(),
  uploadUrl: z.url(),
  method: z.literal('PUT'),
  /** To be sent with the upload exactly as they stand; Content-Length is the client's own business. */
  headers: z.record(z.string(), z.string()),
  expiresAt: z.iso.datetime(),
  statusUrl: z.url(),
  /** Reads `statusUrl` in the place of an API key. */
  followToken: z.string().optional(),
  renditions: z.array(z.object({ variant: z.string(), format: z.string(), url: z.url() })),
});

/** POST /v1/images/upload-url: a URL to upload one photograph to, and the job that waits for it. */
export const requestUpload: ApiRoute = (
  app,
  { categories, originals, queue, records, limits, followTokens, settings },
) => {
  const Request = uploadRequest(categories, settings.maxUploadBytes);

  app.post('/v1/images/upload-url', limitTickets(limits.rate), async (c) => {
    const request = await jsonBody(c, Request);
    const { tenant } = c.var.caller;
    const { contentType, contentLength, filename, checksumSha256, metadata } = request;
    const { name: category, set, revision } = request.category;
    const { imageId, createdAt, isRepeated } = await admitTicket(c, limits, { ...request, category });
    const key = originalKey({ tenant, category, imageId, contentType });
    // Signed before the job is added, and given out after: no URL without a job, no job without a URL.
    const upload = await originals.presignUpload({
      key,
      contentType,
      contentLength,
      checksumSha256,
      expiresInSeconds: settings.uploadUrlTtlSeconds,
      signedAt: signingTime(createdAt, settings.uploadUrlTtlSeconds),
      metadata: { filename: encodeURIComponent(filename) },
      cacheControl: CACHE_PRIVATE,
    });
    const image = { imageId, tenant, category, originalKey: key, contentType, filename, metadata, checksumSha256 };
    const times = { createdAt: createdAt.toISOString(), uploadExpiresAt: upload.expiresAt.toISOString() };
    const isKnown = isRepeated && (await records.locate(tenant, imageId)) !== undefined;
    // One that has ended, and whose job is forgotten by now, would look as if it waited for its upload again.
    if (!isKnown) await queue.add({ ...image, ...times }, settings.uploadCheckDelayMs);

    const ticket: z.input<typeof UploadTicket> = {
      imageId,
      key,
      uploadUrl: upload.url,
      method: upload.method,
      headers: { ...upload.headers },
      expiresAt: times.uploadExpiresAt,
      statusUrl: `${settings.apiBaseUrl}/v1/images/${imageId}`,
      followToken: await followTokens?.issue({ tenant, imageId }, createdAt),
      renditions: plannedRenditions({ imageId, set, revision, cdnBaseUrl: settings.cdnBaseUrl }),
    };
    return c.json(ticket, 201, { 'cache-control': 'no-store', location: ticket.statusUrl });
  });
};

/** A repeated request gets the same URL, as long as that one is valid; then a new one for the same image. */
function signingTime(createdAt: Date, ttlSeconds: number): Date {
  const now = new Date();
  return now.getTime() < createdAt.getTime() + ttlSeconds * 1000 ? createdAt : now;
}
