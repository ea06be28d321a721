import { ImageId } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { deadLetterNotFound } from '../http/dead-letter-not-found.ts';
import { ofReadableJob } from '../http/readable-job.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleImageId } from '../openapi/examples.ts';

const Requeued = z.object({ imageId: ImageId, status: z.literal('queued') });

const description = describeRoute({
  id: 'redriveDeadLetter',
  tag: 'Operation',
  summary: 'Restart one dead letter, with all its attempts',
  responses: {
    202: {
      description: 'The job is queued.',
      body: Requeued,
      example: { imageId: exampleImageId, status: 'queued' },
    },
  },
  problems: ['image-not-found', 'dead-letter-not-found', 'unreadable-job', 'queue-unavailable'],
});

/** POST /v1/dead-letters/{id}/redrive */
export const redriveDeadLetter: ApiRoute = (app, { queue }) => {
  app.post('/v1/dead-letters/:id/redrive', description, async (c) => {
    const imageId = imageIdParam(c);
    if (!(await ofReadableJob(queue.deadLetters.redrive(imageId)))) throw deadLetterNotFound();
    return c.json({ imageId, status: 'queued' } satisfies z.infer<typeof Requeued>, 202);
  });
};
