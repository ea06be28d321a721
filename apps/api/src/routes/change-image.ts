import { isDeepStrictEqual } from 'node:util';
import { Problem } from '@imagemill/http';
import { ManifestConflictError } from '@imagemill/manifests';
import type { Enhance, Focus, ImageId, Tenant } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute, ApiServices } from '../http/api-route.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { jsonBody } from '../http/json-body.ts';
import { originalGone } from '../http/original-gone.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { IMAGE_CHANGES_MAX, takeImageChange } from '../limits/request-limits.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';
import { EnhanceField, FocusField } from '../tickets/request-fields.ts';

const Change = z
  .strictObject({ focus: FocusField.nullable().optional(), enhance: EnhanceField.nullable().optional() })
  .refine(({ focus, enhance }) => focus !== undefined || enhance !== undefined, {
    params: { code: 'missing-field' },
    error: 'must have `focus`, `enhance` or both',
  });

const description = describeRoute({
  id: 'changeImage',
  tag: 'Images',
  summary: 'Change the focus or the enhancement of a ready image',
  details:
    'The image gets a new revision: it is rendered again under new URLs, and the old ones stay for a while. `null` removes the focus or the ' +
    `enhancement; a missing field changes nothing. At most ${IMAGE_CHANGES_MAX} changes of an image in 30 days.`,
  body: Change,
  example: { focus: { x: 0.5, y: 0.3 } },
  responses: { 202: { description: 'The status of the image.', body: ImageAnswer } },
  problems: [
    ...(['image-not-found', 'not-ready', 'original-gone', 'missing-field'] as const),
    ...(['queue-unavailable', 'storage-unavailable'] as const),
  ],
});

/**
 * PATCH /v1/images/{id}: changes what was asked for one image. The manifest has it first, so that workers and edges agree on the
 * revision; then the job renders it. A repeated call continues one that ended in between.
 */
export const changeImage: ApiRoute = (app, services) => {
  const { records, originals, queue, view } = services;
  app.patch('/v1/images/:id', description, async (c) => {
    const imageId = imageIdParam(c);
    const { tenant } = c.var.caller;
    const change = await jsonBody(c, Change);
    const found = await records.find(tenant, imageId);
    if (!found) throw imageNotFound();
    if (found.status !== 'ready') throw notReady();
    const image = await records.locate(tenant, imageId);
    if (!image) throw imageNotFound();
    if (!(await originals.head(image.originalKey))) throw originalGone();
    const changed = await writeChange(services, { tenant, imageId }, change);
    await queue.reprocess({ ...image, ...changed });
    const record = await records.find(tenant, imageId);
    if (!record) throw imageNotFound();
    return c.json(view(record), 202);
  });
};

interface Changed {
  readonly focus: Focus | undefined;
  readonly enhance: Enhance | undefined;
}

/** Changes the manifest. @returns what it has now */
async function writeChange(
  { manifests, requestLimits }: ApiServices,
  { tenant, imageId }: { readonly tenant: Tenant; readonly imageId: ImageId },
  change: z.output<typeof Change>,
): Promise<Changed> {
  const stored = await manifests.readOf(tenant, imageId);
  if (stored?.manifest.status !== 'ready') throw notReady();
  const { focus, enhance } = { ...stored.manifest, ...change };
  const changed = { focus: focus ?? undefined, enhance: enhance ?? undefined };
  if (isDeepStrictEqual(changed, changeable(stored.manifest))) return changed;
  await takeImageChange(requestLimits, imageId);
  try {
    await manifests.publish({ ...stored.manifest, ...changed }, stored);
    return changed;
  } catch (error) {
    // A worker or another call has written it in the meantime.
    throw error instanceof ManifestConflictError ? notReady() : error;
  }
}

const changeable = ({ focus, enhance }: Partial<Changed>): Changed => ({ focus, enhance });

const notReady = () =>
  new Problem({
    status: 409,
    code: 'not-ready',
    detail: 'This image is not ready, or is being changed. Try again when its status is "ready".',
  });
