import { ImageReport, reportOf } from '@imagemill/images';
import type { ApiRoute } from '../http/api-route.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { shownTo } from '../images/shown-to.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleReport } from '../openapi/examples.ts';

const ReportAnswer = ImageReport.meta({
  id: 'ImageReport',
  description: 'The facts about the original of an image, and the warnings for its seller: docs/seller-report.md.',
  examples: [exampleReport],
});

const description = describeRoute({
  id: 'getReport',
  tag: 'Images',
  summary: 'The seller report of an image',
  details:
    'Of a rejected or a held image too. The `warnings` are also part of its status, its events and its webhooks.',
  followToken: 'in-header',
  responses: { 200: { description: 'The report.', body: ReportAnswer, headers: ['Cache-Control'] } },
  problems: ['image-not-found', 'queue-unavailable', 'storage-unavailable'],
});

/** GET /v1/images/{id}/report */
export const getReport: ApiRoute = (app, { records, view }) => {
  app.get('/v1/images/:id/report', description, async (c) => {
    const record = await records.find(c.var.caller.tenant, imageIdParam(c));
    if (!record) throw imageNotFound();
    return c.json(shownTo(c.var.caller, reportOf(record, view(record))), 200, { 'cache-control': 'private, no-cache' });
  });
};
