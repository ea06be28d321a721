import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { judgeHeldImage } from '../images/judge-held-image.ts';
import { MessageToSeller } from '../images/seller-text.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';

const Rejection = z.strictObject({ message: MessageToSeller.optional() });

const description = describeRoute({
  id: 'rejectImage',
  tag: 'Moderation',
  summary: 'Reject a held image for good',
  body: Rejection,
  example: { message: 'Please upload a photograph without a phone number on it.' },
  responses: { 202: { description: 'The status of the image.', body: ImageAnswer } },
  problems: ['image-not-found', 'not-held', 'queue-unavailable', 'storage-unavailable'],
});

/** POST /v1/images/{id}/reject: an operator rejects a held image, with a message for its seller. Idempotent. */
export const rejectImage: ApiRoute = (app, services) => {
  app.post('/v1/images/:id/reject', description, async (c) => {
    const { message } = await jsonBody(c, Rejection);
    const record = await judgeHeldImage(c, services, { verdict: 'reject', message });
    return c.json(services.view(record), 202);
  });
};
