import { Problem } from '@imagemill/http';
import { type AskedSize, parseSizeQuery, sizeFields } from '@imagemill/variants';
import type { Context } from 'hono';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { query } from '../http/validated.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleSizeUrl } from '../openapi/examples.ts';

const whole = (max: number) => z.coerce.number().int().min(1).max(max).optional();
const SizeParameters = z.strictObject({ ...sizeFields, w: whole(16_383), h: whole(16_383), q: whole(100) });

export const SizeUrl = z.object({
  url: z.url(),
  expiresAt: z.iso.datetime().meta({ description: 'when the URL stops working' }),
});

const description = describeRoute({
  id: 'signSize',
  tag: 'Images',
  summary: 'A signed URL of an image at any size',
  details: 'The edge makes the picture on the first request. A size above that of the original is reduced to it.',
  query: SizeParameters,
  responses: {
    200: { description: 'The URL.', body: SizeUrl, example: exampleSizeUrl, headers: ['Cache-Control'] },
  },
  problems: ['image-not-found', 'invalid-field', 'no-signing-key', 'queue-unavailable', 'storage-unavailable'],
});

/** GET /v1/images/{id}/size-url?w=&h=&…: for pages that have no signing key, such as the console. */
export const signSize: ApiRoute = (app, { records, renditionUrls }) => {
  app.get('/v1/images/:id/size-url', description, async (c) => {
    query(c, SizeParameters);
    const imageId = imageIdParam(c);
    const { tenant } = c.var.caller;
    if (!(await records.find(tenant, imageId))) throw imageNotFound();
    const signed = await renditionUrls.ofSize({ tenant, imageId }, sizeOf(c));
    if (!signed) throw noSigningKey();
    return c.json(signed satisfies z.infer<typeof SizeUrl>, 200, { 'cache-control': 'no-store' });
  });
};

/** The given parameters, without defaults. @throws Problem 422 if they do not go together */
function sizeOf(c: Context): Partial<AskedSize> {
  const parsed = parseSizeQuery(new URL(c.req.url).search);
  if (!parsed.ok) throw new Problem({ status: 422, code: 'invalid-field', detail: parsed.message });
  return Object.fromEntries(Object.entries(parsed.size).filter(([name]) => parsed.given.has(name)));
}

const noSigningKey = () =>
  new Problem({
    status: 403,
    code: 'no-signing-key',
    detail: 'Your tenant has no key that signs URLs of sizes. Ask the operator for one.',
  });
