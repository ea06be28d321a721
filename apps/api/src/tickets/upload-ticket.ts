import { ImageId } from '@imagemill/variants';
import { z } from 'zod';
import { exampleFormTicket, examplePartsTicket, exampleTicket } from '../openapi/examples.ts';

/** Where a rendition will be, unless its picture turns out to be none. */
export const PlannedRendition = z.object({ variant: z.string(), format: z.string(), url: z.url() });

export const FollowTokenField = z
  .string()
  .optional()
  .meta({ description: 'reads `statusUrl` in the place of an API key' });

const toEveryMethod = {
  imageId: ImageId,
  key: z.string(),
  uploadUrl: z.url(),
  headers: z.record(z.string(), z.string()).meta({
    description: "to be sent with the upload exactly as they stand; Content-Length is the client's own business",
  }),
  expiresAt: z.iso.datetime(),
  statusUrl: z.url(),
  eventsUrl: z.url(),
  followToken: FollowTokenField,
  renditions: z.array(PlannedRendition),
};

/** What a client needs to upload one photograph, and to find it again. */
export const UploadTicket = z
  .discriminatedUnion('method', [
    z.object({ ...toEveryMethod, method: z.literal('PUT') }),
    z.object({
      ...toEveryMethod,
      method: z.literal('POST'),
      fields: z
        .record(z.string(), z.string())
        .meta({ description: 'of the form that is sent as multipart/form-data, with the file as its last field' }),
    }),
    z.object({
      ...toEveryMethod,
      method: z.literal('MULTIPART'),
      partSize: z.int().positive().meta({ description: 'bytes of each part but the last, which has the rest' }),
      partCount: z.int().min(1).max(10_000),
    }),
  ])
  .meta({ id: 'UploadTicket', examples: [exampleTicket, exampleFormTicket, examplePartsTicket] });
export type UploadTicket = z.input<typeof UploadTicket>;
