import { z } from 'zod';

/**
 * The verdict on an image, as its manifest keeps it. It is about the original that the manifest names by its ETag.
 *
 * `service`: the operator's moderation service answered. `operator`: an operator has released or rejected the image. `service-down`: the
 * service did not answer, and the configured policy decided. `age`: the image was held for too long.
 */
export const Moderation = z.object({
  verdict: z.enum(['allow', 'hold', 'reject']),
  by: z.enum(['service', 'operator', 'service-down', 'age']),
  /** The service's own reason code, for operators. */
  reason: z.string().optional(),
  /** The id of the operator's key. */
  keyId: z.string().optional(),
  at: z.iso.datetime(),
});
export type Moderation = z.infer<typeof Moderation>;

/** What the seller of an image reads; an operator or the service may give another message. */
export const moderationErrors = {
  held: { code: 'moderation-held', message: 'This image is waiting for moderation.' },
  rejected: { code: 'moderation-rejected', message: 'This image was rejected by moderation.' },
  expired: { code: 'moderation-expired', message: 'This image was not released by moderation in time.' },
} as const;
