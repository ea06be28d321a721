import { z } from 'zod';

const Link = z.object({ url: z.url(), expiresAt: z.iso.datetime() });

/** The fields of imagemill's request that this service reads; docs/moderation.md has all of them. */
export const ModerationRequest = z.object({
  type: z.literal('image.moderate'),
  data: z.object({
    imageId: z.string(),
    tenant: z.string(),
    category: z.string(),
    filename: z.string().optional(),
    metadata: z.record(z.string(), z.string()),
    preview: Link.extend({ width: z.int(), height: z.int() }),
    /** Only with MODERATION_SEND_ORIGINAL. */
    original: Link.optional(),
  }),
});
export type AskedImage = z.infer<typeof ModerationRequest>['data'];
