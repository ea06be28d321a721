import { Problem } from '@imagemill/http';
import { ManifestConflictError, type StoredManifest } from '@imagemill/manifests';
import type { Focus, ImageId, Tenant } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute, ApiServices } from '../http/api-route.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { jsonBody } from '../http/json-body.ts';
import { originalGone } from '../http/original-gone.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';
import { FocusField } from '../tickets/request-fields.ts';

const Change = z.strictObject({ focus: FocusField.nullable() });

const description = describeRoute({
  id: 'setFocus',
  tag: 'Images',
  summary: 'Change the focus of a ready image',
  details:
    'The image gets a new revision: it is rendered again under new URLs, and the old ones stay for a while. `null` removes the focus.',
  body: Change,
  example: { focus: { x: 0.5, y: 0.3 } },
  responses: { 202: { description: 'The status of the image.', body: ImageAnswer } },
  problems: ['image-not-found', 'not-ready', 'original-gone', 'queue-unavailable', 'storage-unavailable'],
});

/**
 * PATCH /v1/images/{id}: changes what was asked for one image. The manifest has it first, so that workers and edges agree on the
 * revision; then the job renders it. A repeated call continues one that ended in between.
 */
export const setFocus: ApiRoute = (app, services) => {
  const { records, originals, queue, view } = services;
  app.patch('/v1/images/:id', description, async (c) => {
    const imageId = imageIdParam(c);
    const { tenant } = c.var.caller;
    const focus = (await jsonBody(c, Change)).focus ?? undefined;
    const found = await records.find(tenant, imageId);
    if (!found) throw imageNotFound();
    if (found.status !== 'ready') throw notReady();
    const image = await records.locate(tenant, imageId);
    if (!image) throw imageNotFound();
    if (!(await originals.head(image.originalKey))) throw originalGone();
    await writeFocus(services, { tenant, imageId }, focus);
    await queue.reprocess({ ...image, focus });
    const record = await records.find(tenant, imageId);
    if (!record) throw imageNotFound();
    return c.json(view(record), 202);
  });
};

async function writeFocus(
  { manifests }: ApiServices,
  { tenant, imageId }: { readonly tenant: Tenant; readonly imageId: ImageId },
  focus: Focus | undefined,
): Promise<void> {
  const stored = await manifests.readOf(tenant, imageId);
  if (stored?.manifest.status !== 'ready') throw notReady();
  if (isSame(stored, focus)) return;
  try {
    await manifests.publish({ ...stored.manifest, focus }, stored);
  } catch (error) {
    // A worker or another call has written it in the meantime.
    throw error instanceof ManifestConflictError ? notReady() : error;
  }
}

const isSame = ({ manifest }: StoredManifest, focus: Focus | undefined) =>
  manifest.status === 'ready' && manifest.focus?.x === focus?.x && manifest.focus?.y === focus?.y;

const notReady = () =>
  new Problem({
    status: 409,
    code: 'not-ready',
    detail: 'This image is not ready, or is being changed. Try again when its status is "ready".',
  });
