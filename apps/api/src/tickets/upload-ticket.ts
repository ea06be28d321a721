import { ImageId } from '@imagemill/variants';
import { z } from 'zod';
import { exampleFormTicket, examplePartsTicket, exampleTicket } from '../openapi/examples.ts';

/** The future URL of a rendition, unless the upload is rejected. */
export const PlannedRendition = z.object({
  variant: z.string(),
  format: z.string(),
  url: z.url(),
  expiresAt: z.iso.datetime().optional().meta({ description: 'when `url` expires; missing if it never does' }),
  planned: z.literal(true).optional().meta({ description: 'it is made on its first request' }),
});

export const FollowTokenField = z.string().optional().meta({ description: 'reads `statusUrl` without an API key' });

const toEveryMethod = {
  imageId: ImageId,
  key: z.string(),
  uploadUrl: z.url(),
  headers: z.record(z.string(), z.string()).meta({
    description: 'send these with the upload exactly as given; the client sets Content-Length itself',
  }),
  expiresAt: z.iso.datetime(),
  statusUrl: z.url(),
  eventsUrl: z.url(),
  followToken: FollowTokenField,
  renditions: z.array(PlannedRendition),
};

/** A client's instructions for one upload, and references to its image. */
export const UploadTicket = z
  .discriminatedUnion('method', [
    z.object({ ...toEveryMethod, method: z.literal('PUT') }),
    z.object({
      ...toEveryMethod,
      method: z.literal('POST'),
      fields: z
        .record(z.string(), z.string())
        .meta({ description: 'fields of the multipart/form-data form; add the file as its last field' }),
    }),
    z.object({
      ...toEveryMethod,
      method: z.literal('MULTIPART'),
      partSize: z.int().positive().meta({ description: 'bytes in each part except the last, which has the rest' }),
      partCount: z.int().min(1).max(10_000),
    }),
  ])
  .meta({ id: 'UploadTicket', examples: [exampleTicket, exampleFormTicket, examplePartsTicket] });
export type UploadTicket = z.input<typeof UploadTicket>;
