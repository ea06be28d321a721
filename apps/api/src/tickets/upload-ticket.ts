import { ImageId } from '@imagemill/variants';
import { z } from 'zod';

/** What a client needs to upload one photograph, and to find it again. */
export const UploadTicket = z.object({
  imageId: ImageId,
  key: z.string(),
  uploadUrl: z.url(),
  method: z.literal('PUT'),
  /** To be sent with the upload exactly as they stand; Content-Length is the client's own business. */
  headers: z.record(z.string(), z.string()),
  expiresAt: z.iso.datetime(),
  statusUrl: z.url(),
  eventsUrl: z.url(),
  /** Reads `statusUrl` and `eventsUrl` in the place of an API key. */
  followToken: z.string().optional(),
  renditions: z.array(z.object({ variant: z.string(), format: z.string(), url: z.url() })),
});
export type UploadTicket = z.input<typeof UploadTicket>;
