import { ImageId } from '@imagemill/variants';
import { z } from 'zod';

/** Where a rendition will be, unless its picture turns out to be none. */
export const PlannedRendition = z.object({ variant: z.string(), format: z.string(), url: z.url() });

const toEveryMethod = {
  imageId: ImageId,
  key: z.string(),
  uploadUrl: z.url(),
  /** To be sent with the upload exactly as they stand; Content-Length is the client's own business. */
  headers: z.record(z.string(), z.string()),
  expiresAt: z.iso.datetime(),
  statusUrl: z.url(),
  /** Reads `statusUrl` in the place of an API key. */
  followToken: z.string().optional(),
  renditions: z.array(PlannedRendition),
};

/** What a client needs to upload one photograph, and to find it again. */
export const UploadTicket = z.discriminatedUnion('method', [
  z.object({ ...toEveryMethod, method: z.literal('PUT') }),
  z.object({
    ...toEveryMethod,
    method: z.literal('POST'),
    /** Of the form that is sent as multipart/form-data, with the file as its last field. */
    fields: z.record(z.string(), z.string()),
  }),
]);
export type UploadTicket = z.input<typeof UploadTicket>;
