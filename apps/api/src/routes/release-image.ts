import type { ApiRoute } from '../http/api-route.ts';
import { judgeHeldImage } from '../images/judge-held-image.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';

const description = describeRoute({
  id: 'releaseImage',
  tag: 'Moderation',
  summary: 'Release a held image',
  details: 'The image is rendered and published, without another question to the moderation service.',
  responses: { 202: { description: 'The status of the image.', body: ImageAnswer } },
  problems: ['image-not-found', 'not-held', 'queue-unavailable', 'storage-unavailable'],
});

/** POST /v1/images/{id}/release: an operator allows a held image. Idempotent. */
export const releaseImage: ApiRoute = (app, services) => {
  app.post('/v1/images/:id/release', description, async (c) => {
    const record = await judgeHeldImage(c, services, { verdict: 'allow' });
    return c.json(services.view(record), 202);
  });
};
